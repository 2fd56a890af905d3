import { Access, type AccessVersion, type Caller, notFound, type Permission } from '@berth/access';
import type { CreateServiceAccount } from '@berth/contracts/identity';
import { Clock, Database, Ids } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf } from '../roles/role-rights.js';
import type { ServiceAccountRecord } from './service-account.js';
import { ServiceAccountChanges } from './service-account-changes.js';
import { ServiceAccountsRepository } from './service-accounts.repository.js';

/** Machines of an organization. */
@Injectable()
export class ServiceAccountsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ServiceAccountsRepository) private readonly accounts: ServiceAccountsRepository,
    @Inject(ServiceAccountChanges) private readonly changes: ServiceAccountChanges,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** To make one is to give a role, which is a permission of its own. */
  async create(
    caller: Caller,
    { organizationId, name, role, scope }: CreateServiceAccount,
  ): Promise<{ account: ServiceAccountRecord; access: AccessVersion }> {
    await this.requireBoth(caller, 'service-accounts:create', organizationId);
    const place = scope ?? { kind: 'organization' as const, id: organizationId };
    await this.access.requireToHandOn(caller, ...rightsOf(organizationId, { scope: place, role }));
    const account = { id: this.ids.next(), organizationId, name, role, scope: place, createdAt: this.clock.now() };
    const access = await this.database.transaction((tx) => this.changes.create(tx, caller, account));
    return { account, access };
  }

  async delete(caller: Caller, id: string): Promise<AccessVersion> {
    const account = await this.find(caller, id, 'service-accounts:delete');
    const version = await this.database.transaction((tx) => this.changes.delete(tx, caller, account, this.clock.now()));
    if (!version) throw notFound();
    return version;
  }

  /** Whoever gets a secret of an account acts with its role: that takes as much as giving the role. */
  async findToProve(caller: Caller, id: string): Promise<ServiceAccountRecord> {
    const account = await this.find(caller, id, 'service-accounts:update');
    await this.requireBoth(caller, 'service-accounts:update', account.organizationId);
    await this.access.requireToHandOn(caller, ...rightsOf(account.organizationId, account));
    return account;
  }

  async find(caller: Caller, id: string, permission: Permission): Promise<ServiceAccountRecord> {
    const account = await this.accounts.find(this.database, id);
    if (!account) throw notFound();
    await this.access.require(caller, permission, { organizationId: account.organizationId });
    return account;
  }

  private async requireBoth(caller: Caller, permission: Permission, organizationId: string): Promise<void> {
    await this.access.require(caller, permission, { organizationId });
    await this.access.require(caller, 'memberships:create', { organizationId });
  }
}
