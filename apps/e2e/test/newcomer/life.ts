import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@berth/testing';
import { processesNaming } from '../support/berth-process.js';
import type { Newcomer } from './newcomer.js';

export interface Start {
  readonly clone: string;
  readonly data: string;
  readonly port: number;
  /** Of an app that is there already. Absent: the example that is printed. */
  readonly url?: string;
  readonly isOffline?: boolean;
}

/** What there was to see from `npm run up` to Ctrl-C. */
export interface Life {
  readonly output: string;
  /** Where the app was asked, and what it answered. */
  readonly url: string;
  readonly body: string;
  /** Ids of the processes that were there when `npm run up` had ended. */
  readonly left: readonly number[];
}

/** A guard against hanging only: installing takes what the registry and the machine take. */
const START_MILLISECONDS = 1_200_000;
/** Runs what follows in a network that nothing leads out of. */
const alone = ['/usr/bin/unshare', '--net', '/bin/sh', '-c', '/usr/sbin/ip link set lo up && exec "$@"', 'sh'];
/** Root may do that, but not in every container. */
const canBeAlone = spawnSync(alone[0] ?? '', [...alone.slice(1), '/bin/true']).status === 0;
/** How the network is taken away. */
export const offline = canBeAlone ? 'in a network of its own' : 'with registry and proxies at a closed port';
const closed = 'http://127.0.0.1:9';
const unreachable = { npm_config_registry: closed, http_proxy: closed, https_proxy: closed };

/** Starts the platform, asks an app until it answers, and presses Ctrl-C. @throws Error with what was printed */
export async function lifeOf(newcomer: Newcomer, start: Start): Promise<Life> {
  const child = begin(newcomer, start);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const output = await printedUntilUp(child);
    const url = start.url ?? /Example\s+(\S+)/.exec(output)?.[1] ?? '';
    const body = await eventually(() => ask(child, url), { within: 60_000, every: 200 });
    interrupt(child);
    await ended;
    return { output, url, body, left: await processesNaming(newcomer.folder) };
  } catch (error) {
    interrupt(child);
    await ended;
    throw error;
  }
}

function begin(newcomer: Newcomer, { clone, data, port, isOffline = false }: Start): ChildProcess {
  const up = ['npm', 'run', 'up', '--', '--data', join(newcomer.folder, data), '--port', String(port)];
  const [command = '', ...args] = isOffline && canBeAlone ? [...alone, ...up] : up;
  const environment = isOffline && !canBeAlone ? { ...newcomer.environment, ...unreachable } : newcomer.environment;
  // A group of its own, as a terminal makes it: Ctrl-C reaches all of it.
  return spawn(command, args, { cwd: clone, env: environment, detached: true });
}

function interrupt({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
}

function printedUntilUp(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`npm run up ${why}:\n${output}`));
    setTimeout(() => fail('did not come up'), START_MILLISECONDS).unref();
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl-C stops everything')) resolve(output);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}

/** From within the network of that process. @throws Error when it does not answer 200 */
async function ask(child: ChildProcess, url: string): Promise<string> {
  const { host, port } = new URL(url);
  const script = `require('node:http').get(${JSON.stringify({ host: '127.0.0.1', port, headers: { host } })}, (answer) => {
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
    answer.pipe(process.stdout);
  })`;
  const asking = [process.execPath, '--eval', script];
  const within = canBeAlone ? ['/usr/bin/nsenter', `--net=/proc/${child.pid}/ns/net`, ...asking] : asking;
  const [command = '', ...args] = within;
  return (await promisify(execFile)(command, args)).stdout;
}
