import { Audit, type Caller } from '@berth/access';
import { signingKeyRotated } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { WorkQueue } from '@berth/reconcile';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { GATEWAY_KEY, GATEWAY_QUEUE } from '../gateway-sync/gateway-queue.js';
import { KeyVault } from './key-vault.js';
import { rotation, type SigningKey } from './signing-key.js';
import { type NewSigningKey, SigningKeysRepository } from './signing-keys.repository.js';

/** The set of keys that sign and verify tokens, and how it changes. Every change states the whole set to all services. */
@Injectable()
export class SigningKeysService {
  constructor(
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(KeyVault) private readonly vault: KeyVault,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Database) private readonly database: Database,
  ) {}

  list(): Promise<SigningKey[]> {
    return this.keys.list(this.database);
  }

  /** Makes the very first key. It signs at once: there is none that could meanwhile. */
  async ensure(): Promise<void> {
    if ((await this.list()).length > 0) return;
    const made = await this.vault.make('active');
    await this.database.transaction(async (tx) => {
      await this.keys.lock(tx);
      if ((await this.keys.list(tx)).length > 0) return;
      await this.keys.insert(tx, made);
      await this.changed(tx);
    });
  }

  /** Makes a key that signs as soon as every service and every gateway knows it. */
  async rotate(caller: Caller): Promise<SigningKey> {
    const made = await this.vault.make('pending');
    await this.database.transaction(async (tx) => {
      await this.keys.lock(tx);
      await this.add(tx, made, caller);
    });
    return { ...made, notAfter: null };
  }

  /** Makes such a key unless somebody else has meanwhile, or the one that signs is younger than `before`. */
  async rotateOnSchedule(before: Date): Promise<void> {
    const made = await this.vault.make('pending');
    await this.database.transaction(async (tx) => {
      await this.keys.lock(tx);
      const keys = await this.keys.list(tx);
      if (keys.some(({ state, createdAt }) => state === 'pending' || (state === 'active' && createdAt > before)))
        return;
      await this.add(tx, made, 'platform');
    });
  }

  /** Lets a key sign, and the one before it only verify until its last token has ended. */
  async activate(tx: Tx, kid: string): Promise<void> {
    await this.keys.lock(tx);
    await this.keys.retireOthers(tx, kid, this.vault.lastTokenEnds());
    await this.keys.activate(tx, kid);
    await this.changed(tx);
  }

  async forgetEnded(tx: Tx, now: Date): Promise<void> {
    await this.keys.lock(tx);
    if ((await this.keys.deleteEnded(tx, now)) > 0) await this.changed(tx);
  }

  /** Says the whole set on the bus: after a change, and to a consumer that asks for a snapshot. */
  async state(tx: Tx): Promise<void> {
    const data = rotation(await this.keys.list(tx));
    await this.outbox.append(tx, signingKeyRotated, { subject: 'signing-keys', data });
  }

  private async add(tx: Tx, made: NewSigningKey, by: Caller | 'platform'): Promise<void> {
    await this.keys.insert(tx, made);
    await this.changed(tx);
    const target = { kind: 'signing-key', id: made.kid };
    await this.audit.record(tx, { by, action: 'signing-keys:rotate', target, organizationId: null });
  }

  private async changed(tx: Tx): Promise<void> {
    await this.state(tx);
    await this.queue.enqueue(tx, GATEWAY_QUEUE, GATEWAY_KEY);
  }
}
