import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '@berth/service-kit';
import { LineSplitter } from './line-splitter.js';
import type { ProcessLedger } from './process-ledger.js';
import { endTree, type Prey, residentBytesOf } from './process-reaper.js';
import { startTimeOf } from './process-table.js';
import { measured, ProcessorMeter } from './processor-time.js';

export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  /** The whole environment: nothing of the platform's is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** `NAME=value`, put into the environment. */
  readonly mark: string;
  /** Run as this user and group; null: as the platform. */
  readonly user: number | null;
  /** Asked at the end: whether nothing else runs as that user then. */
  readonly isAlone?: () => boolean;
  readonly memoryBytes?: number;
  /** Reading waits for it, so that a flood of output waits in the pipe and not in memory. */
  readonly onLines: (stream: 'stdout' | 'stderr', lines: readonly string[]) => Promise<void> | void;
  readonly signal: AbortSignal;
  /** Looked at every half second; an answer other than null ends the command. */
  readonly watch?: () => Promise<StopReason | null>;
  /** Measures it: told again and again what it took so far, in milliseconds, and in the end, unless it was aborted. */
  readonly onProcessorTime?: (milliseconds: number) => Promise<void>;
}

export type StopReason = 'aborted' | 'memory' | 'disk' | 'too-large';

export interface CommandEnd {
  /** Null when a signal ended it or it never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why we ended it; null when it ended by itself. */
  readonly stopped: StopReason | null;
  /** It never ran: no such program, or no right to run it. */
  readonly notStarted: boolean;
}

/** Long enough that a secret which starts before the stored length is masked whole before the line is cut. */
const lineLength = 32_768;
const watchMilliseconds = 500;

/** Runs one program in a process group of its own and ends the whole tree with it, however it ends. */
export class CommandRunner {
  constructor(
    private readonly ledger: ProcessLedger,
    private readonly clock: Clock,
    /** Commands are ended when the disk of their folder has less than this left, because the platform lives there too. */
    private readonly minFreeBytes: number,
  ) {}

  async run(command: Command): Promise<CommandEnd> {
    if (command.signal.aborted) return { exitCode: null, signal: null, stopped: 'aborted', notStarted: true };
    const child = start(command);
    const pid = child.pid;
    if (pid === undefined) return await notStarted(child);
    const { mark, user } = command;
    const since = Number(startTimeOf(pid) ?? 0);
    const prey: Prey = { pid, since, mark, user, isAlone: () => command.isAlone?.() ?? false };
    const exited = exitOf(child);
    // From the first moment on: node throws away what nobody reads once the child has exited.
    const reading = Promise.all([read(child.stdout, 'stdout', command), read(child.stderr, 'stderr', command)]);
    reading.catch(() => undefined);
    const meter = command.onProcessorTime && new ProcessorMeter(pid, command.onProcessorTime);
    const metering = meter?.listen(child.stdio[3] as unknown as Readable);
    const stop = this.guard(command, prey, meter);
    let forget = async (): Promise<void> => undefined;
    let ended = false;
    try {
      forget = await this.ledger.record(prey);
      // A reader that fails (the log cannot be stored) must end the command, or its output would wait in the pipe for ever.
      const [exitCode, signal] = await Promise.race([exited, reading.then(() => exited)]);
      await endTree(prey, this.clock);
      ended = true;
      await reading;
      await metering;
      if (stop.reason() !== 'aborted') await meter?.finish();
      return { exitCode, signal, stopped: stop.reason(), notStarted: false };
    } finally {
      stop.cancel();
      if (!ended) await endTree(prey, this.clock);
      await forget();
    }
  }

  private guard(
    command: Command,
    prey: Prey,
    meter: ProcessorMeter | undefined,
  ): { reason: () => StopReason | null; cancel: () => void } {
    let stopped: StopReason | null = null;
    const end = (reason: StopReason): void => {
      stopped ??= reason;
      void endTree(prey, this.clock);
    };
    const abort = (): void => end('aborted');
    command.signal.addEventListener('abort', abort, { once: true });
    if (command.signal.aborted) abort();
    const cancelTimer = this.clock.every(watchMilliseconds, () => {
      this.trouble(command, prey, meter).then(
        (reason) => reason && end(reason),
        () => undefined,
      );
    });
    const cancel = (): void => {
      cancelTimer();
      command.signal.removeEventListener('abort', abort);
    };
    return { reason: () => stopped, cancel };
  }

  private async trouble(command: Command, prey: Prey, meter: ProcessorMeter | undefined): Promise<StopReason | null> {
    await meter?.look();
    if (command.memoryBytes !== undefined && residentBytesOf(prey.pid) > command.memoryBytes) return 'memory';
    const disk = await statfs(command.folder);
    if (disk.bavail * disk.bsize < this.minFreeBytes) return 'disk';
    return (await command.watch?.()) ?? null;
  }
}

function start(command: Command): ChildProcessByStdio<null, Readable, Readable> {
  const [name = '', value = ''] = command.mark.split(/=(.*)/s);
  const program = [command.file, ...command.arguments] as const;
  const isMeasured = command.onProcessorTime !== undefined;
  const [file, ...given] = isMeasured ? measured(command.file, command.arguments) : program;
  return spawn(file, given, {
    cwd: command.folder,
    env: { ...command.environment, [name]: value },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(isMeasured ? (['pipe'] as const) : [])],
    ...(command.user === null ? {} : { uid: command.user, gid: command.user }),
  }) as ChildProcessByStdio<null, Readable, Readable>;
}

/** Not the end of its output: a child that left the group may hold that open for ever. */
const exitOf = (child: ChildProcess): Promise<readonly [number | null, string | null]> =>
  new Promise((resolve) => void child.once('exit', (code, signal) => resolve([code, signal])));

/** There is no such program, or it may not be run: node tells by an event and gives no pid. */
async function notStarted(child: ChildProcess): Promise<CommandEnd> {
  await new Promise((resolve) => child.once('error', resolve));
  return { exitCode: null, signal: null, stopped: null, notStarted: true };
}

async function read(stream: Readable, name: 'stdout' | 'stderr', command: Command): Promise<void> {
  const splitter = new LineSplitter(lineLength);
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    const lines = splitter.push(bytes);
    if (lines.length > 0) await command.onLines(name, lines);
  }
  const rest = splitter.end();
  if (rest.length > 0) await command.onLines(name, rest);
}

export const ensureFolder = async (path: string, mode = 0o700): Promise<string> => {
  await mkdir(path, { recursive: true, mode });
  return path;
};
