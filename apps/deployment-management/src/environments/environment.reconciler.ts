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
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import type { SpaceRemains } from '../runtime/space-runtime.js';
import { type EndingSpace, EndingSpacesRepository } from './ending-spaces.repository.js';
import { ENVIRONMENTS } from './environment-queue.js';

const soon = lookAgainIn({ seconds: 2 });

/** Takes away what an environment has on clusters where nothing of it is to be: it moved, or it was deleted. */
@Injectable()
export class EnvironmentReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly spaces: EndingSpacesRepository,
    private readonly runtimes: Runtimes,
    private readonly mint: Mint,
  ) {}

  onModuleInit(): void {
    this.runner.register(ENVIRONMENTS, this, { concurrency: 4 });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const environment = await this.spaces.find(this.database, id);
    if (!environment) return settled;
    // Their own end comes first: it is told, and is what usage ends with.
    if (environment.isDeleted && environment.workloads > 0) return soon;
    const held: string[] = [];
    let isEnding = false;
    for (const space of environment.spaces) {
      const remains = await this.end(space, context);
      if (remains === null) continue;
      if (remains.heldBy === null) isEnding = true;
      else held.push(`${space.namespace} waits for ${remains.heldBy}`);
    }
    if (isEnding) return soon;
    if (held.length > 0) throw new Blocked('NamespaceHeld', held.join('; '));
    await context.transaction((tx) => this.spaces.finalize(tx, id, this.mint.now()));
    return settled;
  }

  private async end(space: EndingSpace, context: ReconcileContext): Promise<SpaceRemains | null> {
    let isLeft = false;
    await context.transaction(async (tx) => (isLeft = await this.spaces.begin(tx, space)));
    if (!isLeft) return null;
    const remains = await this.endAt(space, context.signal);
    if (remains === null) await context.transaction((tx) => this.spaces.remove(tx, space));
    else if (remains.heldBy !== space.heldBy)
      await context.transaction((tx) => this.spaces.hold(tx, space, remains.heldBy));
    return remains;
  }

  /** A cluster that cannot be asked holds up its own space, not those on others. */
  private async endAt(space: EndingSpace, signal: AbortSignal): Promise<SpaceRemains | null> {
    try {
      const runtime = await this.runtimes.at(space);
      return await runtime.endSpace(space, signal);
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      return { heldBy: `the cluster, which cannot be asked: ${error.message}` };
    }
  }
}
