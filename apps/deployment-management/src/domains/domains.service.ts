import { randomBytes } from 'node:crypto';
import { Access, type Caller, type Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateDomain, Domain, DomainQuery } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import { DomainClaims } from './domain-claims.js';
import { DomainChanges } from './domain-changes.js';
import { type DomainRow, toDomain } from './domain.js';
import { domainErrors } from './domains.errors.js';
import { DomainsRepository } from './domains.repository.js';

/** Hosts of customers. A request only says what is wanted; what is proven and what is routed is found out by the loop. */
@Injectable()
export class DomainsService {
  constructor(
    private readonly database: Database,
    private readonly domains: DomainsRepository,
    private readonly workloads: WorkloadAccess,
    private readonly access: Access,
    private readonly claims: DomainClaims,
    private readonly changes: DomainChanges,
  ) {}

  async create(caller: Caller, { workloadId, host, path }: CreateDomain, precondition?: Precondition): Promise<Domain> {
    const workload = await this.workloads.require(caller, workloadId, 'domains:create');
    const wish = {
      host: this.claims.hostFrom(host),
      path: this.claims.pathFrom(path),
      token: randomBytes(24).toString('base64url'),
    };
    return this.database.transaction(async (tx) => {
      const locked = await this.workloads.lock(tx, workload.id, precondition);
      await this.workloads.partChanged(tx, workload.id);
      return toDomain(await this.claims.begin(tx, locked, wish, caller));
    });
  }

  async get(caller: Caller, id: string): Promise<Domain> {
    return toDomain(await this.require(caller, id, 'domains:read'));
  }

  async list(caller: Caller, query: DomainQuery): Promise<Page<Domain>> {
    await this.workloads.require(caller, query.workload, 'domains:read');
    const page = toPage(await this.domains.list(this.database.confined, query), query.limit, ({ id }) => id);
    return { ...page, items: page.items.map(toDomain) };
  }

  /** Has its record looked for at once. */
  async verify(caller: Caller, id: string): Promise<Domain> {
    const { workloadId } = await this.require(caller, id, 'domains:create');
    return this.database.transaction(async (tx) => {
      await this.workloads.lock(tx, workloadId);
      return toDomain(await this.claims.renew(tx, await this.wanted(tx, id), caller));
    });
  }

  /** @throws 409 when it is proven already, or somebody else has the host */
  async vouch(caller: Caller, id: string, reason: string): Promise<Domain> {
    this.access.requireOnPlatform(caller, 'domains:vouch');
    const { workloadId } = await this.wanted(this.database, id);
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const domain = await this.wanted(tx, id);
      if (domain.verifiedAt) throw domainErrors.DomainVerified('The host is proven already.');
      const attachment = { by: caller, proof: 'vouched', action: 'domains:vouch', reason } as const;
      if (!(await this.changes.attach(tx, workload, domain, attachment)))
        throw domainErrors.DomainHeld('The host is in use by another domain, or on its way out of there.');
      return toDomain(await this.wanted(tx, id));
    });
  }

  async remove(caller: Caller, id: string, precondition?: Precondition): Promise<void> {
    const { workloadId } = await this.require(caller, id, 'domains:delete');
    await this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId, precondition);
      await this.workloads.partChanged(tx, workloadId);
      await this.changes.remove(tx, workload, await this.wanted(tx, id), caller);
    });
  }

  private async require(caller: Caller, id: string, permission: Permission): Promise<DomainRow> {
    const domain = await this.wanted(this.database, id);
    await this.workloads.require(caller, domain.workloadId, permission);
    return domain;
  }

  private async wanted(sql: Tx | Database, id: string): Promise<DomainRow> {
    const domain = await this.domains.find(sql, id);
    if (!domain || domain.deletedAt) throw notFound();
    return domain;
  }
}
