import { Audit, type Caller, type Change, changedFrom } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EndedSecret } from './client-secrets.repository.js';
import type { ClientSecretRecord, ServiceAccountRecord } from './service-account.js';

/** Tells and records what becomes of secrets. Access tokens carry the id of their secret as session, and end with it. */
@Injectable()
export class ClientSecretChanges {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async created(tx: Tx, by: Caller, account: ServiceAccountRecord, secret: ClientSecretRecord): Promise<void> {
    const change = changedFrom({}, { expiresAt: secret.expiresAt });
    await this.record(tx, by, account, { action: 'service-accounts:add-secret', id: secret.id, change });
  }

  async revoked(tx: Tx, by: Caller, account: ServiceAccountRecord, { id, expiresAt }: EndedSecret): Promise<void> {
    await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId: account.id } });
    const change = changedFrom({ expiresAt }, {});
    await this.record(tx, by, account, { action: 'service-accounts:revoke-secret', id, change });
  }

  private record(
    tx: Tx,
    by: Caller,
    account: ServiceAccountRecord,
    { action, id, change }: { action: string; id: string; change: Change },
  ): Promise<void> {
    const target = { kind: 'client-secret', id };
    const { organizationId } = account;
    const detail = { serviceAccountId: account.id };
    return this.audit.record(tx, { by, action, target, organizationId, detail, change });
  }
}
