import { Access, type Caller } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { ServiceAccountQuery, ServiceAccountView } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { type ServiceAccountRecord, toView } from './service-account.js';
import { ServiceAccountsRepository } from './service-accounts.repository.js';

/** Service accounts as they are shown, with what is known of their secrets. */
@Injectable()
export class ServiceAccountViews {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ServiceAccountsRepository) private readonly accounts: ServiceAccountsRepository,
    @Inject(ClientSecretsRepository) private readonly secrets: ClientSecretsRepository,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async page(caller: Caller, { organization, limit, cursor }: ServiceAccountQuery): Promise<Page<ServiceAccountView>> {
    await this.access.require(caller, 'service-accounts:read', { organizationId: organization });
    const rows = await this.accounts.list(this.database.confined, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(await this.withSecrets(rows), limit, ({ id }) => id);
  }

  async one(account: ServiceAccountRecord): Promise<ServiceAccountView> {
    const [view] = await this.withSecrets([account]);
    return view as ServiceAccountView;
  }

  private async withSecrets(accounts: readonly ServiceAccountRecord[]): Promise<ServiceAccountView[]> {
    const ids = accounts.map(({ id }) => id);
    const secrets = await this.secrets.of(this.database, ids, this.clock.now());
    return accounts.map((account) => toView(account, secrets));
  }
}
