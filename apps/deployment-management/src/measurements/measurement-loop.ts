import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
  WorkQueue,
} from '@berth/reconcile';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { Runtimes } from '../runtime/runtimes.js';
import { ClusterMeters } from './cluster-meters.js';
import { MEASUREMENTS } from './measurement-queue.js';

/** Asks each cluster at regular intervals, one replica at a time. */
@Injectable()
export class MeasurementLoop implements Reconciler, OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly queue: WorkQueue,
    private readonly database: Database,
    private readonly runtimes: Runtimes,
    private readonly meters: ClusterMeters,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(MEASUREMENTS, this, { concurrency: 4, leaseSeconds: this.config.LEASE_SECONDS });
  }

  /** Those of before there were measurements, and the installation's own, which nobody registers. */
  async onApplicationBootstrap(): Promise<void> {
    const ids = (await this.runtimes.clusters()).map(({ id }) => id);
    await this.database.transaction((tx) => this.queue.enqueueAll(tx, MEASUREMENTS, ids));
  }

  async reconcile(clusterId: string, context: ReconcileContext): Promise<Outcome> {
    const cluster = (await this.runtimes.clusters()).find(({ id }) => id === clusterId);
    await this.meters.look(clusterId, cluster, context);
    return cluster ? lookAgainIn({ seconds: this.config.MEASURE_SECONDS }) : settled;
  }
}
