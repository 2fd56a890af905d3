import type { MeteredAllocation, MeteredEntry } from '@berth/contracts/metering';
import { moveTo, type Resource } from './span.js';

/** What an accepted event says, and where it stands among the facts of its workload. */
export interface Fact {
  readonly source: string;
  readonly id: string;
  readonly epoch: number;
  readonly isSnapshot: boolean;
  readonly data: MeteredAllocation;
}

export interface Span extends Resource {
  readonly workloadId: string;
  readonly appId: string;
  readonly environmentId: string;
  readonly projectId: string;
  readonly instances: number;
  readonly from: Date;
  /** Null: it goes on. */
  readonly to: Date | null;
}

/** How far the facts of a workload were followed. */
export interface Progress {
  readonly epoch: number;
  /** 0: nothing was told yet. */
  readonly version: number;
  /** Moment of the last change. */
  readonly at: Date | null;
}

const compare = (a: Fact, b: Fact): number =>
  a.epoch - b.epoch ||
  a.data.allocationVersion - b.data.allocationVersion ||
  Number(a.isSnapshot) - Number(b.isSnapshot) ||
  (a.source + a.id < b.source + b.id ? -1 : 1);

/** Whether a fact may be applied on top of what was applied last: the very next version, a later snapshot, or one that follows epochs. */
export function mayFollow(
  { epoch, isSnapshot, data }: Pick<Fact, 'epoch' | 'isSnapshot' | 'data'>,
  last: Progress,
): boolean {
  const version = data.allocationVersion;
  const isLater = epoch > last.epoch || (epoch === last.epoch && version > last.version);
  const isNext = version === last.version + 1 && (epoch === last.epoch || last.version === 0);
  const isBridge = data.followsEpochs === true && epoch > last.epoch;
  return isLater && (isSnapshot || isNext || isBridge);
}

/** The spans of one workload, from all its facts in any order, each at least once. What is behind a hole is left out. */
export function spansOf(facts: readonly Fact[]): Span[] {
  const ended: Span[] = [];
  let open: readonly Span[] = [];
  let last: Progress = { epoch: 0, version: 0, at: null };
  for (const fact of facts.toSorted(compare)) {
    if (!mayFollow(fact, last)) continue;
    const { staying, closing, opening, at } = moveTo(open, fact.data.entries, new Date(fact.data.effectiveAt), last.at);
    ended.push(...closing.map((span) => ({ ...span, to: at })));
    open = [...staying, ...opening.map((entry) => begun(fact.data, entry, at))];
    last = { epoch: fact.epoch, version: fact.data.allocationVersion, at };
  }
  return [...ended, ...open];
}

const begun = (data: MeteredAllocation, entry: MeteredEntry, from: Date): Span => {
  const { workloadId, appId, environmentId, projectId } = data;
  return { ...entry, workloadId, appId, environmentId, projectId, from, to: null };
};
