import {
  Blocked,
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { Runtimes } from '../runtime/runtimes.js';
import { EndingEnvironmentsRepository } from './ending-environments.repository.js';
import { ENVIRONMENTS } from './environment-queue.js';

const soon = lookAgainIn({ seconds: 2 });

/** Follows a deleted environment until nothing of it is left on its cluster. */
@Injectable()
export class EnvironmentReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly environments: EndingEnvironmentsRepository,
    private readonly runtimes: Runtimes,
    private readonly mint: Mint,
  ) {}

  onModuleInit(): void {
    this.runner.register(ENVIRONMENTS, this, { concurrency: 4 });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const environment = await this.environments.find(this.database, id);
    if (!environment) return settled;
    // Their own end comes first: it is told, and is what usage ends with.
    if (environment.workloads > 0) return soon;
    const { clusterId, runtimeVersion, heldBy } = environment;
    const runtime = await this.runtimes.at({ id: clusterId, runtimeVersion });
    const remains = await runtime.endSpace(environment, context.signal);
    if (!remains) {
      await context.transaction((tx) => this.environments.finalize(tx, id, this.mint.now()));
      return settled;
    }
    if (remains.heldBy !== heldBy) await context.transaction((tx) => this.environments.hold(tx, id, remains.heldBy));
    if (remains.heldBy === null) return soon;
    throw new Blocked('NamespaceHeld', `${environment.namespace} waits for ${remains.heldBy}`);
  }
}
