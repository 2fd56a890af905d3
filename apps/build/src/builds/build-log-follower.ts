import type { BuildStatus } from '@berth/contracts/build';
import { Clock, Database, type StreamEvent } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { hasEnded } from './build.js';
import { BuildLogsRepository } from './build-logs.repository.js';
import { BuildsRepository } from './builds.repository.js';

const pageLines = 1_000;
const pollMilliseconds = 250;
/** Asked four times a second by each reader, of an index: a notification would cost each build what only readers need. */
const validityEvery = 4;

/** Reads a build's log from a line on until the build has ended. */
@Injectable()
export class BuildLogFollower {
  constructor(
    @Inject(BuildLogsRepository) private readonly logs: BuildLogsRepository,
    @Inject(BuildsRepository) private readonly builds: BuildsRepository,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** One event per line, its id the line's number; `end` with the build's status comes last. */
  async *follow(
    buildId: string,
    after: number,
    isOpen: () => Promise<boolean>,
    signal: AbortSignal,
  ): AsyncGenerator<StreamEvent> {
    let last = after;
    for (let round = 1; !signal.aborted; round += 1) {
      // The status first: a build that had ended before the lines were read has no more of them.
      const status = await this.status(buildId);
      const lines = await this.logs.read(this.database, buildId, last, pageLines);
      for (const line of lines) yield { id: String(line.sequence), data: line };
      last = lines.at(-1)?.sequence ?? last;
      if (lines.length === pageLines) continue;
      if (hasEnded(status)) return yield { event: 'end', data: { status } };
      if (round % validityEvery === 0 && !(await isOpen())) return;
      await this.clock.pause(pollMilliseconds, signal);
    }
  }

  private async status(buildId: string): Promise<BuildStatus> {
    return (await this.builds.find(this.database, buildId))?.status ?? 'cancelled';
  }
}
