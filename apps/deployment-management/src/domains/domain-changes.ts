import { domainAttached, domainRemoved, routeReady, routeRemoved } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Actor, Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { type DomainRow, placeOf } from './domain.js';
import { DOMAINS } from './domain-queue.js';
import { attachedFactOf, factOf } from './domain-facts.js';
import { DomainsRepository } from './domains.repository.js';

export interface Attachment {
  readonly by: Actor;
  readonly proof: 'dns' | 'vouched';
  readonly action: 'domains:verify' | 'domains:vouch';
  readonly reason?: string;
}

/** What is written when a host comes to a workload or leaves it. All under the row lock of the workload. */
@Injectable()
export class DomainChanges {
  constructor(
    private readonly domains: DomainsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly writer: WorkloadWriter,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** The host is the workload's from now on. Answers false when it is not to be had, or wanted no more. */
  async attach(tx: Tx, workload: WorkloadRow, domain: DomainRow, attachment: Attachment): Promise<boolean> {
    const { by, proof, action, reason } = attachment;
    if (!(await this.domains.verify(tx, domain, proof, this.mint.now()))) return false;
    const attached = await this.domains.find(tx, domain.id);
    if (attached) await this.changes.tell(tx, domainAttached, await attachedFactOf(tx, attached));
    await this.workloads.bump(tx, workload.id);
    await this.wake(tx, [domain.id, ...(await this.nowProven(tx, domain))]);
    const detail = { ...detailOf(domain), proof, ...(reason !== undefined && { reason }) };
    await this.writer.changed(tx, workload, { by, action, detail });
    return true;
  }

  /** Nobody wants it any more. What is held is gone when no runtime leads it here. */
  async remove(tx: Tx, workload: WorkloadRow, domain: DomainRow, by: Actor): Promise<void> {
    const isOnItsWayOut = domain.releasedAt !== null;
    if (domain.verifiedAt === null) await this.domains.delete(tx, domain.id);
    else await this.domains.markDeleted(tx, domain.id, this.mint.now());
    if (domain.verifiedAt === null || isOnItsWayOut) {
      const { organizationId, id } = domain;
      const detail = { ...detailOf(domain), workload: workload.id };
      const act = { by, action: 'domains:delete', target: { kind: 'domain', id }, detail };
      return this.changes.act(tx, { ...act, organizationId });
    }
    await this.release(tx, workload, domain, { by, action: 'domains:delete' });
  }

  /** Its host is stated no more; it is held until that was observed. */
  async release(
    tx: Tx,
    workload: WorkloadRow,
    domain: DomainRow,
    act: { readonly by: Actor; readonly action: 'domains:delete' | 'domains:release' },
  ): Promise<void> {
    if (!(await this.domains.release(tx, domain.id, workload.generation + 1, this.mint.now()))) return;
    const released = await this.domains.find(tx, domain.id); // what was read before the lock may be an attachment ago
    if (released) await this.changes.tell(tx, domainRemoved, await attachedFactOf(tx, released));
    await this.workloads.bump(tx, workload.id);
    await this.wake(tx, [domain.id]);
    await this.writer.changed(tx, workload, { ...act, detail: detailOf(domain) });
  }

  /** Nothing leads it here any more. Whoever waits for the host looks at once. */
  async letGo(tx: Tx, id: string): Promise<void> {
    const domain = await this.domains.find(tx, id);
    if (!domain?.releasedAt) return;
    if (domain.state === 'ready') await this.changes.tell(tx, routeRemoved, factOf(domain));
    if (domain.deletedAt) await this.domains.delete(tx, domain.id);
    else await this.domains.lose(tx, domain.id, 'Another claim proved the host while its TXT record was not there');
    await this.wake(tx, await this.domains.waitingFor(tx, domain.host));
  }

  /** The workload has ended, and nothing of it is there any more. */
  async end(tx: Tx, workloadId: string): Promise<void> {
    for (const domain of await this.domains.of(tx, workloadId)) {
      const isHeld = domain.verifiedAt !== null;
      if (isHeld && !domain.releasedAt)
        await this.changes.tell(
          tx,
          domainRemoved,
          await attachedFactOf(tx, { ...domain, detachedAt: this.mint.now() }),
        );
      if (domain.state === 'ready') await this.changes.tell(tx, routeRemoved, factOf(domain));
      await this.domains.delete(tx, domain.id);
      if (isHeld) await this.wake(tx, await this.domains.waitingFor(tx, domain.host));
    }
  }

  async seeRoute(tx: Tx, domain: DomainRow, missing: string | null): Promise<void> {
    if (missing !== null) await this.domains.explain(tx, domain.id, missing);
    if (!(await this.domains.setReady(tx, domain.id, missing === null, missing))) return;
    await this.changes.tell(tx, missing === null ? routeReady : routeRemoved, factOf(domain));
  }

  /** What its environment asks for on the same host. */
  private async nowProven(tx: Tx, domain: DomainRow): Promise<string[]> {
    const claims = await this.domains.claimsOf(tx, domain);
    return claims.filter(({ state }) => state === 'pending').map(({ id }) => id);
  }

  private async wake(tx: Tx, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.queue.enqueueAll(tx, DOMAINS, ids);
  }
}

const detailOf = (domain: DomainRow) => ({ domain: domain.id, ...placeOf(domain) });
