import type { LogLine } from '@berth/contracts/runtime';
import { type FileHandle, open } from 'node:fs/promises';
import { parseLine } from './log-line.js';
import { rotatedNames } from './rotated-file.js';

export type Accept = (line: LogLine) => boolean;

/** The log files of one instance as they were when opened; writing and rotation go on beside. */
export interface OpenLog {
  readonly instance: string;
  /** Newest first. */
  readonly files: readonly { handle: FileHandle; size: number }[];
}

export async function openLog(instance: string, path: string, files: number): Promise<OpenLog> {
  const opened: { handle: FileHandle; size: number }[] = [];
  for (const name of rotatedNames(path, files)) {
    const handle = await open(name).catch(() => undefined); // an instance that wrote little has few files
    if (handle) opened.push({ handle, size: (await handle.stat()).size });
  }
  return { instance, files: opened };
}

export async function closeLog(log: OpenLog): Promise<void> {
  for (const { handle } of log.files) await handle.close();
}

/** All lines of several instances, oldest first. */
export async function* mergedLines(logs: readonly OpenLog[], accept: Accept): AsyncGenerator<LogLine> {
  const readers = logs.map((log) => linesOf(log, accept));
  const heads = await Promise.all(readers.map(async (reader) => (await reader.next()).value as LogLine | undefined));
  for (;;) {
    const at = earliest(heads);
    const line = heads[at];
    if (!line) return;
    yield line;
    heads[at] = (await readers[at]?.next())?.value as LogLine | undefined;
  }
}

/** The last `count` accepted lines of several instances, oldest first. Reads newest files first and no more than needed. */
export async function lastLines(logs: readonly OpenLog[], accept: Accept, count: number): Promise<LogLine[]> {
  const perInstance = await Promise.all(logs.map((log) => lastOf(log, accept, count)));
  const merged = perInstance.flat().toSorted((a, b) => (a.cursor < b.cursor ? -1 : 1));
  return count === 0 ? [] : merged.slice(-count);
}

async function lastOf(log: OpenLog, accept: Accept, count: number): Promise<LogLine[]> {
  let found: LogLine[] = [];
  for (const file of log.files) {
    if (found.length >= count) break;
    found = [...(await lastOfFile({ instance: log.instance, files: [file] }, accept, count)), ...found].slice(-count);
  }
  return found;
}

/** At least the last `count`, and never more than twice as many in memory. */
async function lastOfFile(log: OpenLog, accept: Accept, count: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of linesOf(log, accept)) {
    lines.push(line);
    if (lines.length > 2 * count) lines.splice(0, lines.length - count);
  }
  return lines;
}

function earliest(heads: readonly (LogLine | undefined)[]): number {
  return heads.reduce((best, line, at) => {
    const held = heads[best];
    return line && (!held || line.cursor < held.cursor) ? at : best;
  }, 0);
}

async function* linesOf(log: OpenLog, accept: Accept): AsyncGenerator<LogLine> {
  for await (const raw of rawLinesOf(log)) {
    const line = parseLine(log.instance, raw);
    if (line && accept(line)) yield line;
  }
}

async function* rawLinesOf(log: OpenLog): AsyncGenerator<string> {
  for (const { handle, size } of [...log.files].reverse()) {
    if (size === 0) continue;
    yield* rawLines(handle.createReadStream({ start: 0, end: size - 1, autoClose: false, encoding: 'utf8' }));
  }
}

async function* rawLines(stream: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
