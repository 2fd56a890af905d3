import { mayFollow, type Progress, type Quantities } from '@berth/billing';
import { type AcceptedAllocation, positionOf } from '../accepted-events/accepted-event.js';

const BYTES_PER_MIB = 2n ** 20n;

/** What accepted events say was used between two changes, summed up without spans: each allocation, for as long as it held. */
export class AcceptedUsage {
  private cpu = 0n;
  private memory = 0n;
  /** Of the allocation that holds. */
  private rate = { cpu: 0n, memory: 0n };

  /** `last`: the change that is counted from, whose own fact comes first; nothing of what held before it is counted. */
  constructor(private last: Progress) {}

  sums(): Quantities {
    return { cpu: this.cpu, memory: this.memory };
  }

  /** Facts come in order; one that something is missing before does not count. */
  add(fact: AcceptedAllocation): void {
    if (!mayFollow(fact, this.last)) return;
    const told = new Date(fact.data.effectiveAt);
    const at = this.last.at && told < this.last.at ? this.last.at : told;
    const held = this.last.at ? BigInt(at.getTime() - this.last.at.getTime()) : 0n;
    this.cpu += held * this.rate.cpu;
    this.memory += held * this.rate.memory;
    this.rate = rateOf(fact);
    this.last = { ...positionOf(fact), at };
  }
}

function rateOf({ data }: AcceptedAllocation): { cpu: bigint; memory: bigint } {
  const sum = (of: (entry: (typeof data.entries)[number]) => bigint) =>
    data.entries.reduce((all, entry) => all + BigInt(entry.instances) * of(entry), 0n);
  return {
    cpu: sum(({ cpuMillicores }) => BigInt(cpuMillicores)),
    memory: sum(({ memoryMib }) => BigInt(memoryMib) * BYTES_PER_MIB),
  };
}
