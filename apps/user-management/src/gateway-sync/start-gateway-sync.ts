import { ReconcileRunner, WorkQueue } from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { GATEWAY_KEY, GATEWAY_QUEUE } from './gateway-queue.js';
import { GatewaySyncReconciler } from './gateway-sync.reconciler.js';

/** Registers the loop and has it run once at each start. */
@Injectable()
export class StartGatewaySync implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(GatewaySyncReconciler) private readonly reconciler: GatewaySyncReconciler,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Database) private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.runner.register(GATEWAY_QUEUE, this.reconciler);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.transaction((tx) => this.queue.enqueue(tx, GATEWAY_QUEUE, GATEWAY_KEY));
  }
}
