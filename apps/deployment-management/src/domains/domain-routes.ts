import { lookAgainAbout, lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { type ObservedWorkload, spelled } from '@berth/contracts/runtime';
import { Clock, CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { type PlacedRuntime, Runtimes } from '../runtime/runtimes.js';
import { underLock } from '../workloads/under-lock.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { type DomainRow, lookAgainAfter, placeOf } from './domain.js';
import { DomainChanges } from './domain-changes.js';

interface Seen {
  readonly cluster: string;
  readonly observed: ObservedWorkload | null;
}

/** What a report of the workload wakes comes first; this is how long a lost one may delay the end of a route. */
const UNTIL_GONE = lookAgainIn({ seconds: 2 });

/** Watches whether the runtimes lead a host to its workload. */
@Injectable()
export class DomainRoutes {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly changes: DomainChanges,
    private readonly workloads: WorkloadsRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async watch(domain: DomainRow, context: ReconcileContext): Promise<Outcome> {
    const placed = await this.runtimes.allOf(domain.workloadId);
    const missing = missingIn(domain, await this.observe(domain, placed, context.signal));
    const isNews = missing === null ? domain.state === 'verified' : missing !== domain.message;
    if (isNews) await context.transaction((tx) => this.changes.seeRoute(tx, domain, missing));
    if (missing === null) return lookAgainAbout({ seconds: this.config.RESYNC_SECONDS });
    return lookAgainIn({ seconds: lookAgainAfter(domain.verifiedAt ?? domain.claimedAt, this.clock.now()) });
  }

  async letGo(domain: DomainRow, context: ReconcileContext): Promise<Outcome> {
    const generation = domain.releasedGeneration ?? 0;
    const placed = await this.runtimes.wherever(domain.workloadId);
    const seen = await this.observe(domain, placed, context.signal);
    const leadsHere = ({ observed }: Seen): boolean => observed !== null && observed.observedGeneration < generation;
    if (seen.some(leadsHere)) return UNTIL_GONE;
    await underLock(context, this.workloads, domain.workloadId, (tx) => this.changes.letGo(tx, domain.id));
    return settled;
  }

  private observe({ workloadId }: DomainRow, placed: readonly PlacedRuntime[], signal: AbortSignal): Promise<Seen[]> {
    return Promise.all(
      placed.map(async ({ cluster, runtime }) => ({ cluster, observed: await runtime.observe(workloadId, signal) })),
    );
  }
}

/** Where the host, or its path, does not lead to an instance; null: it does on every cluster. */
function missingIn(domain: DomainRow, seen: readonly Seen[]): string | null {
  const leads = ({ observed }: Seen): boolean =>
    observed?.routes.some((route) => spelled(route) === spelled(placeOf(domain)) && route.accepted) ?? false;
  const without = seen.filter((each) => !leads(each)).map(({ cluster }) => cluster);
  if (seen.length > 0 && without.length === 0) return null;
  return `The host does not lead to an instance yet: ${without.join(', ') || 'it is on no cluster'}`;
}
