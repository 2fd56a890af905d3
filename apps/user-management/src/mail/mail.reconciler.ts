import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner, settled } from '@berth/reconcile';
import { Database, Keyring } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { MAIL_PURPOSE, MAIL_QUEUE } from './mail.service.js';
import { type Mail, MAILER, type Mailer } from './mailer.js';

/** Sends one mail and forgets it. Killed between the two, it sends it twice: better than never. */
@Injectable()
export class MailReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(Database) private readonly database: Database,
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(MAILER) private readonly mailer: Mailer,
  ) {}

  onModuleInit(): void {
    this.runner.register(MAIL_QUEUE, this);
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const row = await this.database.queryOne<{ sealed: Buffer }>('select sealed from mail where id = $1', [id]);
    if (!row) return settled;
    await this.mailer.send(JSON.parse(this.keyring.openText(MAIL_PURPOSE, row.sealed)) as Mail);
    await context.transaction((tx) => tx.query('delete from mail where id = $1', [id]));
    return settled;
  }
}
