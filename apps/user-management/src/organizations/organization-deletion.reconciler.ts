import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner } from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { onceDue } from '../once-due.js';
import { DELETION_QUEUE, OrganizationLifecycle } from './organization-lifecycle.js';
import { OrganizationsRepository } from './organizations.repository.js';

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
    const now = this.clock.now();
    const finish = () => context.transaction((tx) => this.lifecycle.finishDeletion(tx, id, now));
    return onceDue(organization?.deleteAt, now, finish);
  }
}
