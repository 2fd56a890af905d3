import { Injectable } from '@nestjs/common';

/** Answers in one sentence what is missing; undefined when nothing is. */
export type ReadinessCheck = () => string | undefined;

/** What besides the database must be there before a process is ready. Libraries add what they wait for. */
@Injectable()
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** What the first check that misses something says. */
  missing(): string | undefined {
    for (const check of this.checks) {
      const missing = check();
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
}
