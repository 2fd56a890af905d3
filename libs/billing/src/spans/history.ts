import type { Allocation } from '@berth/contracts/events';
import { type Move, moveTo, type OpenSpan, type Resource } from './span.js';

/** What an accepted event says, and where it stands among the facts of its workload. */
export interface Fact {
  readonly source: string;
  readonly id: string;
  readonly epoch: number;
  readonly isSnapshot: boolean;
  readonly data: Allocation;
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

interface Walk {
  readonly epoch: number;
  readonly version: number;
  readonly at: Date | null;
}

const compare = (a: Fact, b: Fact): number =>
  a.epoch - b.epoch ||
  a.data.allocationVersion - b.data.allocationVersion ||
  Number(a.isSnapshot) - Number(b.isSnapshot) ||
  (a.source + a.id < b.source + b.id ? -1 : 1);

/** Whether a fact may be applied on top of what was applied last: the very next version, or a later snapshot. */
function follows({ epoch, isSnapshot, data }: Fact, last: Walk): boolean {
  const version = data.allocationVersion;
  const isLater = epoch > last.epoch || (epoch === last.epoch && version > last.version);
  const isNext = version === last.version + 1 && (epoch === last.epoch || last.version === 0);
  return isLater && (isSnapshot || isNext);
}

/** The spans of one workload, from all its facts in any order, each at least once. What is behind a hole is left out. */
export function spansOf(facts: readonly Fact[]): Span[] {
  const closed: Span[] = [];
  let open: readonly (OpenSpan & Span)[] = [];
  let last: Walk = { epoch: 0, version: 0, at: null };
  for (const fact of facts.toSorted(compare)) {
    if (!follows(fact, last)) continue;
    const move = moveTo(open, fact.data.entries, new Date(fact.data.effectiveAt), last.at);
    closed.push(...move.closing.map((each) => ended(each as OpenSpan & Span, move.at)));
    open = [...staying(open, move), ...begun(fact, move)];
    last = { epoch: fact.epoch, version: fact.data.allocationVersion, at: move.at };
  }
  return [...closed, ...open.map((each) => ended(each, null))];
}

function ended({ id: _, ...span }: OpenSpan & Span, to: Date | null): Span {
  return { ...span, to };
}

function staying(open: readonly (OpenSpan & Span)[], { closing, dropping }: Move): (OpenSpan & Span)[] {
  const gone = new Set([...closing, ...dropping].map(({ id }) => id));
  return open.filter(({ id }) => !gone.has(id));
}

const begun = ({ id, data }: Fact, { opening, at }: Move): (OpenSpan & Span)[] =>
  opening.map((entry, index) => {
    const { workloadId, appId, environmentId, projectId } = data;
    const place = { workloadId, appId, environmentId, projectId };
    return { ...entry, ...place, id: `${id}/${index}`, from: at, to: null };
  });
