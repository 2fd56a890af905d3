import type { Release } from '@berth/contracts/deployment';
import type { LogLine } from '@berth/contracts/runtime';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import { Witness } from '../workloads/witness.js';
import type { TaskEnding } from './task.js';

const KEPT_LINES = 200;
const SHOWN_LINES = 20;
const READ_MILLISECONDS = 2_000;

/** What a task printed last, secrets masked: it may print what it was told. */
@Injectable()
export class TaskOutput {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly witness: Witness,
  ) {}

  /** What a runtime says of its end may hold what it was told. */
  async masked(release: Release, ending: TaskEnding): Promise<TaskEnding> {
    return { ...ending, failure: ending.failure && (await this.witness.masked(release, ending.failure)) };
  }

  /** Null: it cannot be read. */
  async read(release: Release, instance: string, signal: AbortSignal): Promise<LogLine[] | null> {
    const enough = AbortSignal.any([signal, AbortSignal.timeout(READ_MILLISECONDS)]);
    const mask = await this.witness.maskOf(release);
    const lines: LogLine[] = [];
    try {
      const runtime = await this.runtimes.of(release.workloadId);
      for await (const line of runtime.logs(release.workloadId, { instance, tail: KEPT_LINES, follow: false }, enough))
        lines.push({ ...line, text: mask(line.text).slice(0, 2_000) });
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      return null;
    }
    return lines;
  }
}

/** As evidence shows them. */
export const shown = (lines: readonly LogLine[] | null): string[] =>
  lines === null
    ? ['The logs could not be read.']
    : lines.slice(-SHOWN_LINES).map(({ instance, text }) => `${instance}> ${text}`.slice(0, 2_000));
