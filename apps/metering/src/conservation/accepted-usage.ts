import { mayFollow, noUsage, type Progress, type Quantities, sizeOf } from '@berth/billing';
import { metric } from '@berth/contracts/metering';
import { type AcceptedAllocation, positionOf } from '../accepted-events/accepted-event.js';

/** What accepted events say was used between two changes, summed up without spans: each allocation, for as long as it held. */
export class AcceptedUsage {
  private readonly sum = { ...noUsage };
  /** Of the allocation that holds. */
  private rate: Quantities = noUsage;

  /** `last`: the change that is counted from, whose own fact comes first; nothing of what held before it is counted. */
  constructor(private last: Progress) {}

  sums(): Quantities {
    return { ...this.sum };
  }

  /** Facts come in order; one that something is missing before does not count. */
  add(fact: AcceptedAllocation): void {
    if (!mayFollow(fact, this.last)) return;
    const told = new Date(fact.data.effectiveAt);
    const at = this.last.at && told < this.last.at ? this.last.at : told;
    const held = this.last.at ? BigInt(at.getTime() - this.last.at.getTime()) : 0n;
    for (const each of metric.options) this.sum[each] += held * this.rate[each];
    this.rate = rateOf(fact);
    this.last = { ...positionOf(fact), at };
  }
}

function rateOf({ data }: AcceptedAllocation): Quantities {
  const rate = { ...noUsage };
  for (const entry of data.entries)
    for (const each of metric.options) rate[each] += BigInt(entry.instances) * sizeOf[each](entry);
  return rate;
}
