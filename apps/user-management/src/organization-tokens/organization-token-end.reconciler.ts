import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  WorkQueue,
} from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { OrganizationTokenEnder } from './organization-token-ender.js';
import { OrganizationTokensRepository } from './organization-tokens.repository.js';

export const TOKEN_END_QUEUE = 'organization-token-end';
/** The only key: whichever tokens have ended. */
export const TOKEN_END_KEY = 'ended';

/** Tokens last a day at least, so that one that was made meanwhile is seen in time. */
const LONGEST_SECONDS = 3_600;

/** Takes the role of a token that has ended out of every service, though nobody could act by it any more. */
@Injectable()
export class OrganizationTokenEndReconciler implements Reconciler, OnModuleInit, OnApplicationBootstrap {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationTokensRepository) private readonly tokens: OrganizationTokensRepository,
    @Inject(OrganizationTokenEnder) private readonly ender: OrganizationTokenEnder,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(TOKEN_END_QUEUE, this);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.transaction((tx) => this.queue.enqueue(tx, TOKEN_END_QUEUE, TOKEN_END_KEY));
  }

  async reconcile(_: string, context: ReconcileContext): Promise<Outcome> {
    const now = this.clock.now();
    for (const id of await this.tokens.ended(this.database, now))
      await context.transaction(async (tx) => void (await this.ender.end(tx, id, 'platform')));
    const next = await this.tokens.nextEnd(this.database);
    const seconds = next ? Math.ceil((next.getTime() - now.getTime()) / 1_000) : LONGEST_SECONDS;
    return lookAgainIn({ seconds: Math.min(Math.max(1, seconds), LONGEST_SECONDS) });
  }
}
