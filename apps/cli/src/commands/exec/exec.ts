import { channels, sessionResult, type SessionResult } from '@berth/contracts/runtime';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CommandEnded, CliError, exitCodes } from '../../errors.js';
import { endOfInput, frame, type InstanceSession, openSession } from '../../instances/open-session.js';
import type { Io } from '../../io.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly instance?: string;
  /** False when `--no-input` is given. */
  readonly input: boolean;
  readonly terminal: boolean;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<command...>', 'the command and its words, as they are: no shell reads them')
    .option('--instance <id>', 'in this instance; default: one that serves')
    .option('--no-input', 'send nothing to it')
    .option('--no-terminal', 'give it no terminal, although there is one here')
    .passThroughOptions();

/** Ends with the code of the command. */
export async function run(context: Context, given: Options, command: string[]): Promise<void> {
  const { io, out, selection } = context;
  const { id } = await selection.workload();
  const terminal = given.terminal && given.input && Boolean(io.stdin.isTTY && io.stdout.isTTY) && !out.json;
  const query = new URLSearchParams(command.map((word) => ['command', word] satisfies [string, string]));
  if (given.instance !== undefined) query.set('instance', given.instance);
  query.set('input', String(given.input));
  query.set('terminal', String(terminal));
  const session = await openSession(context, id, `exec?${query.toString()}`);
  const said = { stdout: '', stderr: '' };
  const print = (name: 'stdout' | 'stderr', chunk: Buffer) =>
    out.json ? void (said[name] += chunk.toString()) : void io[name].write(chunk);
  const result = await conversation(session, io, { input: given.input, terminal }, print);
  if (out.json) await out.result({ exitCode: result.exitCode, ...said }, () => '');
  if (result.exitCode === null) throw new CliError(exitCodes.unexpected, result.message || 'The session ended early.');
  if (result.exitCode !== 0) throw new CommandEnded(result.exitCode);
}

type Print = (name: 'stdout' | 'stderr', chunk: Buffer) => void;

async function conversation(
  session: InstanceSession,
  io: Io,
  { input, terminal }: Pick<Options, 'input' | 'terminal'>,
  print: Print,
): Promise<SessionResult> {
  const endTerminal = terminal ? beTerminal(session, io) : () => undefined;
  const send = (chunk: Buffer | string) => {
    io.stdin.pause();
    session.send(frame(channels.input, Buffer.from(chunk)), () => io.stdin.resume());
  };
  const end = () => session.send(endOfInput);
  if (input) io.stdin.on('data', send).once('end', end);
  let result: SessionResult = { exitCode: null, message: '' };
  try {
    for await (const message of session.messages) {
      const body = message.subarray(1);
      if (message[0] === channels.output) print('stdout', body);
      if (message[0] === channels.errors) print('stderr', body);
      if (message[0] === channels.result) result = sessionResult.parse(JSON.parse(body.toString()));
    }
  } finally {
    io.stdin.off('data', send).off('end', end).pause();
    endTerminal();
  }
  return result;
}

/** Keys go to the command one by one, Ctrl-C too; answers how to end that. */
function beTerminal(session: InstanceSession, { stdin, stdout }: Io): () => void {
  const tellSize = () => {
    const { columns = 80, rows = 24 } = stdout;
    session.send(frame(channels.resize, JSON.stringify({ columns, rows })));
  };
  stdin.setRawMode?.(true);
  stdout.on('resize', tellSize);
  tellSize();
  return () => {
    stdin.setRawMode?.(false);
    stdout.off('resize', tellSize);
  };
}
