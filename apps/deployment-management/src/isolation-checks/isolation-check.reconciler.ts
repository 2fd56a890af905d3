import type { IsolationWall } from '@berth/contracts/deployment';
import {
  Blocked,
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type IsolationCheckRow, isFinal } from './isolation-check.js';
import { ISOLATION_CHECKS } from './isolation-check-queue.js';
import type { IsolationGrounds } from './isolation-grounds.js';
import { IsolationStores } from './isolation-stores.js';

const soon = lookAgainIn({ seconds: 1 });
const LOOK_MILLISECONDS = 20_000;

/**
 * Makes two tenants, tries the walls between them, keeps what was found, and takes the tenants away. Whatever is killed on
 * the way, the next run finds what is there by its name and goes on.
 */
@Injectable()
export class IsolationCheckReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly stores: IsolationStores,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(ISOLATION_CHECKS, this, { concurrency: 2 });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const check = await this.stores.checks.find(this.database, id);
    if (!check || check.endedAt) return settled;
    return this.onGrounds(check, (grounds) => this.advance(check, grounds, context));
  }

  private async advance(
    check: IsolationCheckRow,
    grounds: IsolationGrounds,
    context: ReconcileContext,
  ): Promise<Outcome> {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(LOOK_MILLISECONDS)]);
    if (check.walls) return this.clear(check, grounds, context);
    const isLate = this.clock.now() >= check.deadlineAt;
    const found = await grounds.look(isLate, signal);
    if (!isLate && !isFinal(found, check, this.clock.now())) return soon;
    const walls = found.filter((wall): wall is IsolationWall => wall !== null);
    await context.transaction((tx) => this.stores.checks.conclude(tx, check.id, walls));
    return this.clear(check, grounds, context);
  }

  private async clear(
    { id, heldBy: knownHolder }: IsolationCheckRow,
    grounds: IsolationGrounds,
    context: ReconcileContext,
  ): Promise<Outcome> {
    const remains = await grounds.clear(context.signal);
    if (remains === null) {
      await context.transaction((tx) => this.stores.checks.end(tx, id, this.clock.now()));
      return settled;
    }
    const { heldBy } = remains;
    if (heldBy !== knownHolder) await context.transaction((tx) => this.stores.checks.hold(tx, id, heldBy));
    if (heldBy !== null) throw new Blocked('TenantsHeld', `The tenants of the check wait for ${heldBy}`);
    return soon;
  }

  private async onGrounds(
    check: IsolationCheckRow,
    work: (grounds: IsolationGrounds) => Promise<Outcome>,
  ): Promise<Outcome> {
    const cluster = await this.stores.clusters.find(this.database, check.clusterId);
    const setup = cluster && (await this.stores.setups.of(cluster));
    if (!setup) throw new Error(`Cluster ${check.clusterId} of isolation check ${check.id} is none of Kubernetes.`);
    // Read only where it is used: the client library of Kubernetes is large.
    const { KubeClient, Transport } = await import('@berth/kubernetes');
    const { IsolationGrounds } = await import('./isolation-grounds.js');
    const client = new KubeClient(new Transport(setup.access, this.clock));
    try {
      return await work(new IsolationGrounds(client, setup.settings, check));
    } finally {
      client.transport.close();
    }
  }
}
