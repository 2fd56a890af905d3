import { lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { underLock } from '../workloads/under-lock.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { challengeNameOf, type DomainRow, lookAgainAfter, verdictOf } from './domain.js';
import { DomainChanges } from './domain-changes.js';
import { DomainsRepository } from './domains.repository.js';
import { TxtRecords } from './txt-records.js';

/** What the former holder of a host needs at least to let go of it. It wakes who waits. */
const UNTIL_LET_GO = lookAgainIn({ seconds: 5 });

/** Finds out whom a host belongs to, by what its zone says. */
@Injectable()
export class DomainProofs {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainsRepository,
    private readonly records: TxtRecords,
    private readonly changes: DomainChanges,
    private readonly workloads: WorkloadsRepository,
    private readonly clock: Clock,
  ) {}

  async prove(domain: DomainRow, context: ReconcileContext): Promise<Outcome> {
    const shared = await this.proofOfEnvironment(domain);
    if (shared) return this.take(domain, shared, context);
    const found = await this.records.of(challengeNameOf(domain.host), context.signal);
    const verdict = verdictOf(domain, found, this.clock.now());
    if (verdict.kind === 'proven') return this.take(domain, 'dns', context);
    const note = { message: verdict.message, at: this.clock.now() };
    if (verdict.kind === 'failed') {
      await context.transaction((tx) => this.domains.fail(tx, domain.id, note));
      return settled;
    }
    await context.transaction((tx) => this.domains.note(tx, domain.id, note));
    return lookAgainIn({ seconds: verdict.seconds });
  }

  /** Whoever has a host, or a path of it, has proven all of it: workloads of one environment share it without another record. */
  private async proofOfEnvironment({ host, environmentId }: DomainRow): Promise<DomainRow['proof']> {
    const holders = await this.domains.holdersOf(this.database, host);
    return holders.find((each) => each.environmentId === environmentId && !each.releasedAt)?.proof ?? null;
  }

  /** It is proven. Which environment has the host keeps it while that is still proven or was vouched for. */
  private async take(domain: DomainRow, proof: 'dns' | 'vouched', context: ReconcileContext): Promise<Outcome> {
    const holders = await this.domains.holdersOf(this.database, domain.host);
    const others = holders.filter(({ environmentId }) => environmentId !== domain.environmentId);
    if (others.length > 0) return this.contest(domain, others, context);
    const attachment = { by: 'platform', proof, action: 'domains:verify' } as const;
    await underLock(context, this.workloads, domain.workloadId, async (tx, workload) => {
      if (!workload.deletedAt) await this.changes.attach(tx, workload, domain, attachment);
    });
    return UNTIL_LET_GO;
  }

  private async contest(domain: DomainRow, holders: DomainRow[], context: ReconcileContext): Promise<Outcome> {
    const held = holders.filter(({ releasedAt }) => !releasedAt);
    if (held.length === 0) return UNTIL_LET_GO;
    if (await this.areGivenUp(domain.host, held, context.signal)) {
      const act = { by: 'platform', action: 'domains:release' } as const;
      for (const holder of held)
        await underLock(context, this.workloads, holder.workloadId, (tx, workload) =>
          this.changes.release(tx, workload, holder, act),
        );
      return UNTIL_LET_GO;
    }
    const at = this.clock.now();
    const message = 'The host is proven, but in use: take away the other TXT record, or ask an administrator';
    await context.transaction((tx) => this.domains.note(tx, domain.id, { message, at }));
    return lookAgainIn({ seconds: lookAgainAfter(domain.claimedAt, at) });
  }

  private async areGivenUp(host: string, held: readonly DomainRow[], signal: AbortSignal): Promise<boolean> {
    if (held.some(({ proof }) => proof === 'vouched')) return false;
    const found = await this.records.of(challengeNameOf(host), signal);
    return found.kind === 'records' && !held.some(({ token }) => found.values.includes(token));
  }
}
