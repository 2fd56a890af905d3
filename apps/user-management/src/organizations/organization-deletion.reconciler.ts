import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DELETION_QUEUE, OrganizationLifecycle } from './organization-lifecycle.js';
import { OrganizationsRepository } from './organizations.repository.js';

const LONGEST_SECONDS = 3_600;

/** Deletes organizations whose grace period is over. */
@Injectable()
export class OrganizationDeletionReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(OrganizationLifecycle) private readonly lifecycle: OrganizationLifecycle,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(DELETION_QUEUE, this);
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const organization = await this.organizations.find(this.database, id);
    if (!organization?.deleteAt) return settled;
    const now = this.clock.now();
    const seconds = Math.ceil((organization.deleteAt.getTime() - now.getTime()) / 1_000);
    if (seconds > 0) return lookAgainIn({ seconds: Math.min(seconds, LONGEST_SECONDS) });
    await context.transaction((tx) => this.lifecycle.finishDeletion(tx, id, now));
    return settled;
  }
}
