import type { Caller } from '@berth/access';
import { spelled } from '@berth/contracts/runtime';
import { WorkQueue } from '@berth/reconcile';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type DomainRow, placeOf } from './domain.js';
import { DOMAINS } from './domain-queue.js';
import { domainErrors } from './domains.errors.js';
import { DomainsRepository } from './domains.repository.js';
import { hostOf, isWithin } from './host.js';
import { pathOf } from './path.js';

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

  /** @throws 422 when it is none that every gateway takes */
  pathFrom(text: string): string {
    const path = pathOf(text);
    if (path !== null) return path;
    throw domainErrors.PathInvalid('A path is / or such as /api/v1: letters, digits and . _ ~ - between its slashes.', {
      pointer: '/path',
    });
  }

  /** `workload` was read under its row lock. @throws 409 when its organization has or wants the same already */
  async begin(
    tx: Tx,
    workload: WorkloadRow,
    wish: Pick<DomainRow, 'host' | 'path' | 'token'>,
    by: Caller,
  ): Promise<DomainRow> {
    const pointer = '/host';
    if ((await this.domains.of(tx, workload.id)).length >= MOST_DOMAINS)
      throw domainErrors.TooManyDomains(`A workload has ${MOST_DOMAINS} domains at most.`, { pointer });
    await this.domains.lockHost(tx, wish.host);
    const siblings = await this.siblingsOf(tx, workload, wish.host);
    const domain = this.rowOf(workload, { ...wish, token: siblings[0]?.token ?? wish.token });
    if (!(await this.domains.insert(tx, domain)))
      throw domainErrors.DomainTaken(`${spelled(placeOf(domain))} is a domain of the organization already.`, {
        pointer: domain.path === '/' ? pointer : '/path',
      });
    await this.look(tx, domain, by, 'domains:create');
    return domain;
  }

  /** What its environment has of a host, or asks for: one record proves all of that. @throws 409 when another one does */
  private async siblingsOf(tx: Tx, { organizationId, environmentId }: WorkloadRow, host: string): Promise<DomainRow[]> {
    const claims = await this.domains.claimsOf(tx, { organizationId, host });
    if (claims.every((each) => each.environmentId === environmentId)) return claims;
    throw domainErrors.DomainTaken(`${host} is a domain of another environment of the organization.`, {
      pointer: '/host',
    });
  }

  /** One that nobody proved in time asks anew. */
  async renew(tx: Tx, domain: DomainRow, by: Caller): Promise<DomainRow> {
    await this.domains.claimAnew(tx, domain.id, this.mint.now());
    await this.look(tx, domain, by, 'domains:verify');
    return (await this.domains.find(tx, domain.id)) ?? domain;
  }

  private async look(tx: Tx, domain: DomainRow, by: Caller, action: string) {
    const { id, organizationId, workloadId } = domain;
    await this.queue.enqueue(tx, DOMAINS, id, { group: organizationId });
    const detail = { ...placeOf(domain), workload: workloadId };
    await this.changes.act(tx, { by, action, target: { kind: 'domain', id }, organizationId, detail });
  }

  private rowOf(workload: WorkloadRow, wish: Pick<DomainRow, 'host' | 'path' | 'token'>): DomainRow {
    const { id: workloadId, organizationId, projectId, environmentId, appId } = workload;
    const now = this.mint.now();
    return {
      ...{ id: this.mint.id(), workloadId, organizationId, projectId, environmentId, appId, ...wish },
      ...{ state: 'pending', cause: null, message: null, proof: null, verifiedAt: null, checkedAt: null },
      ...{ claimedAt: now, releasedAt: null, releasedGeneration: null, deletedAt: null, createdAt: now },
      ...{ attachment: 0, attachedAt: null, detachedAt: null },
    };
  }
}
