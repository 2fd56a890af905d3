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
    const found = await this.records.of(challengeNameOf(domain.host), context.signal);
    const verdict = verdictOf(domain, found, this.clock.now());
    if (verdict.kind === 'proven') return this.take(domain, context);
    const note = { message: verdict.message, at: this.clock.now() };
    if (verdict.kind === 'failed') {
      await context.transaction((tx) => this.domains.fail(tx, domain.id, note));
      return settled;
    }
    await context.transaction((tx) => this.domains.note(tx, domain.id, note));
    return lookAgainIn({ seconds: verdict.seconds });
  }

  /** It is proven. Who has the host keeps it while that is still proven or was vouched for. */
  private async take(domain: DomainRow, context: ReconcileContext): Promise<Outcome> {
    const holder = await this.domains.holderOf(this.database, domain.host);
    if (holder && holder.id !== domain.id) return this.contest(domain, holder, context);
    const attachment = { by: 'platform', proof: 'dns', action: 'domains:verify' } as const;
    await underLock(context, this.workloads, domain.workloadId, async (tx, workload) => {
      if (!workload.deletedAt) await this.changes.attach(tx, workload, domain, attachment);
    });
    return UNTIL_LET_GO;
  }

  private async contest(domain: DomainRow, holder: DomainRow, context: ReconcileContext): Promise<Outcome> {
    if (holder.releasedAt) return UNTIL_LET_GO;
    const found = await this.records.of(challengeNameOf(holder.host), context.signal);
    const isGone = found.kind === 'records' && !found.values.includes(holder.token);
    if (holder.proof === 'dns' && isGone) {
      const act = { by: 'platform', action: 'domains:release' } as const;
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
}
