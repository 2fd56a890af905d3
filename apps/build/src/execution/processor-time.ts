import type { Readable } from 'node:stream';
import { processorMillisecondsOf } from './process-table.js';

/** Told in the meantime as soon as it grew by so many milliseconds. */
const STEP = 1_000;
const REPORT_LENGTH = 500;

/** POSIX `times`: user and system time of the shell and of its children that it waited for. */
const script = '"$@" 3>&-; code=$?; times >&3; exit "$code"';

/** A program that runs another one and says on descriptor 3, which that one does not get, how long it kept processors busy. */
export const measured = (file: string, given: readonly string[]): readonly [file: string, ...given: string[]] => [
  ...(['/bin/sh', '-c', script, 'sh', file] as const),
  ...given,
];

/** Milliseconds in what `times` said; 0 where it said nothing. */
export function reportedMilliseconds(report: string): number {
  const times = [...report.matchAll(/(\d+)m(\d+(?:\.\d+)?)s/g)].slice(-4);
  const seconds = times.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  return Math.round(seconds * 1_000);
}

/**
 * Processor time of a command with all its processes. While it runs, the process table says how much it is at least; the shell
 * that started it says it exactly in the end, unless it was killed. The greater of the two counts: what a command does to
 * its shell cannot make less of it than was seen.
 */
export class ProcessorMeter {
  private milliseconds = 0;
  private told = 0;
  private report = '';

  constructor(
    private readonly pid: number,
    private readonly tell: (milliseconds: number) => Promise<void>,
  ) {}

  async look(): Promise<void> {
    this.milliseconds = Math.max(this.milliseconds, processorMillisecondsOf(this.pid));
    if (this.milliseconds >= this.told + STEP) await this.tellAll();
  }

  /** Ends with the stream. */
  async listen(stream: Readable): Promise<void> {
    for await (const bytes of stream as AsyncIterable<Buffer>)
      this.report = (this.report + bytes.toString('latin1')).slice(-REPORT_LENGTH);
  }

  async finish(): Promise<void> {
    this.milliseconds = Math.max(this.milliseconds, reportedMilliseconds(this.report));
    if (this.milliseconds > this.told) await this.tellAll();
  }

  private async tellAll(): Promise<void> {
    const { milliseconds } = this;
    await this.tell(milliseconds);
    this.told = milliseconds;
  }
}
