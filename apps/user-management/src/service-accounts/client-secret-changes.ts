import { Audit, type Caller } from '@berth/access';
import { sessionRevoked } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { ClientSecretRecord, ServiceAccountRecord } from './service-account.js';

/** Tells and records what becomes of secrets. Access tokens carry the id of their secret as session, and end with it. */
@Injectable()
export class ClientSecretChanges {
  constructor(
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async created(tx: Tx, by: Caller, account: ServiceAccountRecord, secret: ClientSecretRecord): Promise<void> {
    await this.record(tx, by, account, { action: 'service-accounts:add-secret', id: secret.id });
  }

  async revoked(tx: Tx, by: Caller, account: ServiceAccountRecord, id: string): Promise<void> {
    await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId: account.id } });
    await this.record(tx, by, account, { action: 'service-accounts:revoke-secret', id });
  }

  private record(tx: Tx, by: Caller, account: ServiceAccountRecord, { action, id }: { action: string; id: string }) {
    const target = { kind: 'client-secret', id };
    const { organizationId } = account;
    return this.audit.record(tx, { by, action, target, organizationId, detail: { serviceAccountId: account.id } });
  }
}
