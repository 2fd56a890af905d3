import type { Schedule } from '@berth/contracts/deployment';
import { nextAfter, type Times } from './cron.js';

export interface ScheduleRow {
  readonly id: string;
  readonly workloadId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly command: string;
  readonly cpuMillicores: number;
  readonly memoryMib: number;
  readonly deadlineSeconds: number;
  /** When it is due next; null while it is suspended. */
  readonly nextAt: Date | null;
  readonly generation: number;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** What of it somebody says, as the audit trail keeps it. */
export const settingsOf = ({
  cron,
  timeZone,
  command,
  cpuMillicores,
  memoryMib,
  deadlineSeconds,
  nextAt,
}: ScheduleRow) => ({
  ...{ cron, timeZone, command, cpuMillicores, memoryMib, deadlineSeconds, suspended: nextAt === null },
});

/** Later than so long after its time nothing is started: it was missed. */
export const LATEST_START_SECONDS = 300;
/** More than so many missed times are told as so many. */
const MOST_MISSED = 1_000;

export interface Due {
  /** The time to run for; null when even the last one is too long ago. */
  readonly run: Date | null;
  /** The first of those that nobody was there for, and how many. */
  readonly missed: { readonly from: Date; readonly count: number } | null;
}

/** What has come due since `nextAt`: the last time is run, if that is not too late; those before it were missed. */
export function dueAt(times: Times, nextAt: Date, now: Date): Due {
  let last = nextAt;
  let before = 0;
  for (let next = nextAfter(times, last); next && next <= now; next = nextAfter(times, last)) {
    last = next;
    before += 1;
    if (before >= MOST_MISSED) break;
  }
  const isInTime = now.getTime() - last.getTime() <= LATEST_START_SECONDS * 1_000;
  const count = isInTime ? before : before + 1;
  return { run: isInTime ? last : null, missed: count > 0 ? { from: nextAt, count } : null };
}

export function toSchedule(row: ScheduleRow): Schedule {
  const { nextAt, createdAt, ...rest } = row;
  return {
    ...rest,
    suspended: nextAt === null,
    nextAt: nextAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
