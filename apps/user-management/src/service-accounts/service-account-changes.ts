import type { AccessVersion, Caller } from '@berth/access';
import { Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { ClientSecretChanges } from './client-secret-changes.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import type { ServiceAccountRecord } from './service-account.js';
import { ServiceAccountsRepository } from './service-accounts.repository.js';

/** Makes service accounts and takes them away, with their role, and tells all services. */
@Injectable()
export class ServiceAccountChanges {
  constructor(
    @Inject(ServiceAccountsRepository) private readonly accounts: ServiceAccountsRepository,
    @Inject(ClientSecretsRepository) private readonly secrets: ClientSecretsRepository,
    @Inject(ClientSecretChanges) private readonly secretChanges: ClientSecretChanges,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async create(tx: Tx, caller: Caller, account: ServiceAccountRecord): Promise<AccessVersion> {
    const { id, organizationId, scope, role, createdAt } = account;
    const membershipId = this.ids.next();
    await this.memberships.lock(tx, organizationId);
    await this.accounts.insert(tx, account);
    const membership = { id: membershipId, organizationId, userId: id, scope, role, roleId: null, createdAt };
    await this.memberships.insert(tx, membership);
    return this.changes.granted(tx, caller, membershipId, { organizationId, subjectId: id, scope, role });
  }

  /** Undefined when somebody else was faster. */
  async delete(tx: Tx, caller: Caller, account: ServiceAccountRecord, now: Date): Promise<AccessVersion | undefined> {
    const { id: subjectId, organizationId } = account;
    await this.memberships.lock(tx, organizationId);
    for (const secret of await this.secrets.of(tx, [subjectId], now))
      await this.secretChanges.revoked(tx, caller, account, secret);
    let version: AccessVersion | undefined;
    for (const { membershipId, scope, role } of await this.accounts.delete(tx, subjectId))
      version = await this.changes.revoked(tx, caller, membershipId, { organizationId, subjectId, scope, role });
    return version;
  }
}
