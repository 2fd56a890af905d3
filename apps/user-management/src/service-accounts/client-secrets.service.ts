import { type Caller, notFound } from '@berth/access';
import type { CreatedClientSecret } from '@berth/contracts/identity';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { newClientSecret, shownPart } from '../api-tokens/api-token-text.js';
import { ClientSecretChanges } from './client-secret-changes.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { type ServiceAccountRecord, toSecretView } from './service-account.js';
import { serviceAccountErrors } from './service-accounts.errors.js';
import { ServiceAccountsRepository } from './service-accounts.repository.js';

const MOST = 2;
const DAY_MS = 86_400_000;

/** What a service account proves itself with: one, and another while that one is replaced. Who may was asked before. */
@Injectable()
export class ClientSecretsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ServiceAccountsRepository) private readonly accounts: ServiceAccountsRepository,
    @Inject(ClientSecretsRepository) private readonly secrets: ClientSecretsRepository,
    @Inject(ClientSecretChanges) private readonly changes: ClientSecretChanges,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `too_many_client_secrets` */
  async create(caller: Caller, account: ServiceAccountRecord, expiresInDays: number): Promise<CreatedClientSecret> {
    const [text, now] = [newClientSecret(), this.clock.now()];
    const record = {
      id: this.ids.next(),
      serviceAccountId: account.id,
      prefix: shownPart(text),
      createdAt: now,
      expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS),
      lastUsedAt: null,
    };
    await this.database.transaction(async (tx) => {
      await this.requireRoom(tx, account.id, now);
      await this.secrets.insert(tx, record, text);
      await this.changes.created(tx, caller, account, record);
    });
    return { ...toSecretView(record), clientId: account.id, clientSecret: text };
  }

  async revoke(caller: Caller, account: ServiceAccountRecord, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const ended = await this.secrets.delete(tx, account.id, id);
      if (!ended) throw notFound();
      await this.changes.revoked(tx, caller, account, ended);
    });
  }

  /** The account's row is held, so that two requests at once do not both find room. */
  private async requireRoom(tx: Tx, accountId: string, now: Date): Promise<void> {
    if (!(await this.accounts.hold(tx, accountId))) throw notFound();
    await this.secrets.deleteExpired(tx, accountId, now);
    if ((await this.secrets.of(tx, [accountId], now)).length < MOST) return;
    throw serviceAccountErrors.TooManyClientSecrets('There are two secrets already: revoke the older one first.');
  }
}
