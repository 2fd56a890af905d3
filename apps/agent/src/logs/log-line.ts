import type { LogLine } from '@berth/contracts/runtime';

export type LogStream = LogLine['stream'];

const LETTERS = { stdout: 'o', stderr: 'e', platform: 'p' } as const satisfies Record<LogStream, string>;
const STREAMS: Record<string, LogStream> = { o: 'stdout', e: 'stderr', p: 'platform' };

/** Cursors are `<milliseconds>-<number in that millisecond>`, padded so that they compare as text. */
export class Cursors {
  private last = 0;
  private count = 0;

  /** Always after the one before, also when the clock is set back. */
  next(milliseconds: number): string {
    this.count = milliseconds > this.last ? 0 : this.count + 1;
    this.last = Math.max(this.last, milliseconds);
    return cursorAt(this.last, this.count);
  }
}

export const cursorAt = (milliseconds: number, count = 0): string =>
  `${String(milliseconds).padStart(14, '0')}-${String(count).padStart(9, '0')}`;

/** One line of a log file: cursor, stream and text with a tab between them. Text holds no line break. */
export const formatLine = (line: LogLine): string => `${line.cursor}\t${LETTERS[line.stream]}\t${line.text}\n`;

/** Undefined for a line that a crash cut short. */
export function parseLine(instance: string, raw: string): LogLine | undefined {
  const cursorEnd = raw.indexOf('\t');
  const stream = STREAMS[raw[cursorEnd + 1] ?? ''];
  const milliseconds = Number.parseInt(raw, 10);
  if (cursorEnd < 0 || raw[cursorEnd + 2] !== '\t' || !stream || Number.isNaN(milliseconds)) return undefined;
  return {
    cursor: raw.slice(0, cursorEnd),
    at: new Date(milliseconds).toISOString(),
    process: processOf(instance),
    instance,
    stream,
    text: raw.slice(cursorEnd + 3),
  };
}

/** Instance ids are `<process type>-<random>`. */
export const processOf = (instance: string): string => instance.slice(0, instance.lastIndexOf('-'));
