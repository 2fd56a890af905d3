import type { Caller } from '@berth/access';
import { WorkQueue } from '@berth/reconcile';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import type { WorkloadRow } from '../workloads/workload.js';
import type { DomainRow } from './domain.js';
import { DOMAINS } from './domain-queue.js';
import { domainErrors } from './domains.errors.js';
import { DomainsRepository } from './domains.repository.js';
import { hostOf, isWithin } from './host.js';

const MOST_DOMAINS = 50;

/** Says which hosts somebody wants. A claim is nothing but a wish: anybody may have one for any host. */
@Injectable()
export class DomainClaims {
  constructor(
    private readonly domains: DomainsRepository,
    private readonly queue: WorkQueue,
    private readonly changes: Changes,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws 422 when nobody can have such a host */
  hostFrom(text: string): string {
    const pointer = '/host';
    const host = hostOf(text);
    if (host === null)
      throw domainErrors.HostInvalid('A host is a DNS name such as shop.example.com: no address, port or wildcard.', {
        pointer,
      });
    if (isWithin(host, this.config.PLATFORM_DOMAIN) || isWithin(host, 'localhost'))
      throw domainErrors.HostOfPlatform(`${host} belongs to the platform, which names its own hosts.`, { pointer });
    return host;
  }

  /** `workload` was read under its row lock. @throws 409 when its organization has or wants the host already */
  async begin(
    tx: Tx,
    workload: WorkloadRow,
    { host, token }: Pick<DomainRow, 'host' | 'token'>,
    by: Caller,
  ): Promise<DomainRow> {
    const pointer = '/host';
    if ((await this.domains.of(tx, workload.id)).length >= MOST_DOMAINS)
      throw domainErrors.TooManyDomains(`A workload has ${MOST_DOMAINS} domains at most.`, { pointer });
    const domain = this.rowOf(workload, host, token);
    if (!(await this.domains.insert(tx, domain)))
      throw domainErrors.DomainTaken(`${host} is a domain of the organization already.`, { pointer });
    await this.look(tx, domain, by, 'domains:create');
    return domain;
  }

  /** One that nobody proved in time asks anew. */
  async renew(tx: Tx, domain: DomainRow, by: Caller): Promise<DomainRow> {
    await this.domains.claimAnew(tx, domain.id, this.mint.now());
    await this.look(tx, domain, by, 'domains:verify');
    return (await this.domains.find(tx, domain.id)) ?? domain;
  }

  private async look(tx: Tx, { id, organizationId, host, workloadId }: DomainRow, by: Caller, action: string) {
    await this.queue.enqueue(tx, DOMAINS, id, { group: organizationId });
    const detail = { host, workload: workloadId };
    await this.changes.act(tx, { by, action, target: { kind: 'domain', id }, organizationId, detail });
  }

  private rowOf(workload: WorkloadRow, host: string, token: string): DomainRow {
    const { id: workloadId, organizationId, projectId, environmentId, appId } = workload;
    const now = this.mint.now();
    return {
      ...{ id: this.mint.id(), workloadId, organizationId, projectId, environmentId, appId, host, token },
      ...{ state: 'pending', cause: null, message: null, proof: null, verifiedAt: null, checkedAt: null },
      ...{ claimedAt: now, releasedAt: null, releasedGeneration: null, deletedAt: null, createdAt: now },
      ...{ attachment: 0, attachedAt: null, detachedAt: null },
    };
  }
}
