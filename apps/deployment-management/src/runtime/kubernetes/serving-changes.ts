import { type ObservedInstance, serves } from '@berth/contracts/runtime';

interface Seen {
  readonly serving: string;
  readonly changedAt: number;
}

/**
 * When the set of instances that serve last changed.
 *
 * The cluster says since when a pod is ready, but not when one went; that is the moment at which this process saw it. What
 * went before it looked for the first time counts from the last thing it can date.
 */
export class ServingChanges {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly now: () => Date) {}

  changedAt(workloadId: string, instances: readonly ObservedInstance[], since: string): string {
    const serving = instances.filter(serves);
    const key = serving
      .map(({ id, restarts }) => `${id}/${restarts}`)
      .sort()
      .join();
    const before = this.seen.get(workloadId);
    if (before?.serving === key) return new Date(before.changedAt).toISOString();
    const changedAt = before ? Math.max(before.changedAt + 1, this.now().getTime()) : latest(serving, since);
    this.seen.set(workloadId, { serving: key, changedAt });
    return new Date(changedAt).toISOString();
  }

  forget(workloadId: string): void {
    this.seen.delete(workloadId);
  }
}

const latest = (serving: readonly ObservedInstance[], since: string): number =>
  Math.max(...[since, ...serving.map(({ readySince }) => readySince ?? since)].map((time) => Date.parse(time)));
