import { processName } from '@berth/contracts/common';
import type { PlannedProcess } from './build-plan.js';
import { detectFailed } from './detect-failed.js';

const maxCommand = 4_000;
const maxProcesses = 20;

const refused = (line: number, message: string) =>
  detectFailed(`Procfile, line ${line}: ${message}.`, 'Each line of a Procfile is "name: command".');

/** `name: command` lines, as Heroku defined them; empty lines and lines that start with # are passed over. @throws BuildFailure detect_failed */
export function parseProcfile(text: string): PlannedProcess[] {
  const found = new Map<string, PlannedProcess>();
  for (const [index, raw] of text
    .replace(/^\u{feff}/u, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const process = parseLine(line, index + 1);
    if (found.has(process.name)) throw refused(index + 1, `${process.name} is there twice`);
    found.set(process.name, process);
    if (found.size > maxProcesses) throw refused(index + 1, `there are more than ${maxProcesses} process types`);
  }
  return [...found.values()];
}

function parseLine(line: string, number: number): PlannedProcess {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  const command = line.slice(colon + 1).trim();
  if (colon < 1 || command === '') throw refused(number, 'it is not "name: command"');
  const valid = processName.safeParse(name);
  if (!valid.success) throw refused(number, `the name of a process type ${valid.error.issues[0]?.message}`);
  if (command.length > maxCommand) throw refused(number, `the command is longer than ${maxCommand} characters`);
  if (/\p{Cc}/u.test(command.replaceAll('\t', ' '))) throw refused(number, 'the command holds control characters');
  return { name, command };
}
