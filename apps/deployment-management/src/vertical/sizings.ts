import type { ProcessSize } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Measurement, ObservedWorkload } from '@berth/contracts/runtime';
import { CONFIG, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { MeasurementsRepository } from '../measurements/measurements.repository.js';
import { decide, type Decision, type Seen } from './decision.js';
import { partOf, seenIn, type VerticalRow } from './vertical.js';
import { VerticalRepository } from './vertical.repository.js';

const MIB = 1_048_576;

/** What should become of the sizes of a workload; none: they stay. */
export interface Sizing {
  readonly sizes: Readonly<Record<string, ProcessSize>>;
  /** A sentence for each process type. */
  readonly message: string;
}

interface Judged {
  readonly name: string;
  readonly decision: Decision;
}

/** Judges the sizes of a release by what was seen of it. */
@Injectable()
export class Sizings {
  constructor(
    private readonly repository: VerticalRepository,
    private readonly measured: MeasurementsRepository,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async of(
    sql: Sql,
    processes: VerticalRow['processes'],
    release: Release,
    observed: ObservedWorkload,
  ): Promise<Sizing> {
    const judged: Judged[] = [];
    for (const { name, cpuMillicores, memoryMib } of release.processes) {
      const bounds = processes[name];
      if (!bounds) continue;
      const seen = await this.seenOf(sql, release.workloadId, name, ranOut(observed, name, release));
      judged.push({ name, decision: decide(bounds, { cpuMillicores, memoryMib }, seen) });
    }
    const changed = judged.flatMap(({ name, decision }) =>
      decision.kind === 'resize' ? [[name, decision.size] as const] : [],
    );
    const told = changed.length === 0 ? judged : judged.filter(({ decision }) => decision.kind === 'resize');
    const message = told.map(({ name, decision }) => `${name}: ${decision.message}.`).join(' ');
    return { sizes: Object.fromEntries(changed), message };
  }

  /** What ran out of memory is remembered as use of all of it: what is chosen next must not be less. */
  async remember(tx: Tx, workloadId: string, release: Release, observed: ObservedWorkload): Promise<void> {
    const now = this.mint.now();
    const sample = release.processes
      .filter(({ name }) => ranOut(observed, name, release))
      .map((type): Measurement => ({
        ...{ workloadId, processType: type.name, readySince: now.toISOString() },
        ...{ cpuMillicores: 0, memoryBytes: type.memoryMib * MIB },
      }));
    await this.measured.addPeaks(tx, sample, partOf(now, this.config.VERTICAL_WINDOW_SECONDS));
  }

  private async seenOf(sql: Sql, workloadId: string, process: string, isOut: boolean): Promise<Seen> {
    const parts = await this.repository.peaksOf(sql, workloadId, process);
    const { VERTICAL_WINDOW_SECONDS: windowSeconds, VERTICAL_EVERY_SECONDS: everySeconds } = this.config;
    return { ...seenIn(parts, { now: this.mint.now(), windowSeconds, everySeconds }), ranOut: isOut };
  }
}

/** An instance of this very release. Those of another one had another size. */
const ranOut = ({ instances }: ObservedWorkload, process: string, { number }: Pick<Release, 'number'>): boolean =>
  instances.some(
    ({ processType, release, lastExit }) =>
      processType === process && release === number && lastExit?.reason === 'out_of_memory',
  );
