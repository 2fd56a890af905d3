import { type ProcessEntry, proportionalBytes, TICKS_PER_SECOND } from '../processes/proc.js';

export interface Usage {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** Memory and CPU of one instance from one look at /proc to the next. */
export class UsageMeter {
  private ticks = new Map<string, number>();
  private measuredAt: number | undefined;
  private looks = 0;
  private last: Usage = { cpuMillicores: 0, memoryBytes: 0 };

  get usage(): Usage {
    return this.last;
  }

  /** Of processor time one look knows nothing: it takes two. */
  get hasMeasured(): boolean {
    return this.looks > 1;
  }

  measure(family: readonly ProcessEntry[], now: number): Usage {
    const ticks = new Map(family.map((entry) => [`${entry.pid}:${entry.startTime}`, entry.cpuTicks]));
    let used = 0;
    for (const [name, count] of ticks) used += count - (this.ticks.get(name) ?? 0);
    const seconds = this.measuredAt === undefined ? 0 : (now - this.measuredAt) / 1_000;
    this.ticks = ticks;
    this.looks += 1;
    this.measuredAt = now;
    const memoryBytes = family.reduce((sum, entry) => sum + entry.residentBytes, 0);
    const cpuMillicores = seconds > 0 ? Math.round((used / TICKS_PER_SECOND / seconds) * 1_000) : 0;
    this.last = { cpuMillicores, memoryBytes };
    return this.last;
  }
}

/**
 * Whether a family uses more than it may. Resident memory counts shared pages once per process, so it is only the
 * cheap first look; the proportional size decides.
 */
export function exceeds(family: readonly ProcessEntry[], limitBytes: number): boolean {
  const resident = family.reduce((sum, entry) => sum + entry.residentBytes, 0);
  if (resident <= limitBytes) return false;
  const proportional = family.reduce((sum, entry) => sum + (proportionalBytes(entry.pid) ?? entry.residentBytes), 0);
  return proportional > limitBytes;
}
