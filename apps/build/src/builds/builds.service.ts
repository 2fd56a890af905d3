import type { Failure } from '@berth/contracts/common';
import {
  buildCancelled,
  buildFailed,
  type BuildRequest,
  buildStarted,
  buildSucceeded,
  type DataOf,
  type deploymentRequested,
} from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { WorkQueue } from '@berth/reconcile';
import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { BuildSlots, buildQueue } from '../quotas/build-slots.js';
import { type Build, hasEnded } from './build.js';
import { usageOf } from './build-usage.js';
import { type BuildChange, BuildsRepository } from './builds.repository.js';

const deadlineName = 'build';

export type Requested = DataOf<typeof deploymentRequested>;

/** The rules of a build's life; each change, its event and its work commit together. */
@Injectable()
export class BuildsService {
  constructor(
    @Inject(BuildsRepository) private readonly builds: BuildsRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(BuildSlots) private readonly slots: BuildSlots,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async request(tx: Tx, requested: Requested, build: BuildRequest): Promise<void> {
    const { source, settings, deadlineSeconds, buildId: id } = build;
    const isNew = await this.builds.insert(
      tx,
      { ...requested, id, source, settings, deadlineSeconds },
      this.clock.now(),
    );
    if (!isNew) return;
    if (await this.slots.hasNone(tx, requested.organizationId)) return this.fail(tx, id, noSlots);
    await this.queue.enqueue(tx, buildQueue, id, { group: requested.organizationId });
  }

  /**
   * Null when there is nothing to do: the build has ended. Says that it started, and sets its deadline, only once; after
   * that it is a restart.
   */
  async start(tx: Tx, id: string): Promise<{ readonly build: Build; readonly isRestart: boolean } | null> {
    const before = await this.builds.find(tx, id);
    if (!before || hasEnded(before.status)) return null;
    const build = await this.builds.become(tx, id, 'cloning', {}, this.clock.now());
    if (!build) return null;
    if (before.startedAt) return { build, isRestart: true };
    const at = new Date(this.clock.now().getTime() + build.deadlineSeconds * 1_000);
    await this.queue.setDeadline(tx, { queue: buildQueue, key: id, name: deadlineName, at });
    await this.outbox.append(tx, buildStarted, eventOf(build, {}));
    return { build, isRestart: false };
  }

  /** False when the build has ended meanwhile. */
  async advance(
    tx: Tx,
    id: string,
    status: 'detecting' | 'building' | 'publishing',
    change: BuildChange,
  ): Promise<boolean> {
    return (await this.builds.become(tx, id, status, change, this.clock.now())) !== null;
  }

  /** What the commands of its present run took so far. */
  measure(tx: Tx, id: string, cpuMilliseconds: number): Promise<void> {
    return this.builds.measure(tx, id, cpuMilliseconds);
  }

  async succeed(tx: Tx, id: string, change: BuildChange & Pick<Build, 'artifact' | 'reused'>): Promise<void> {
    const build = await this.builds.become(tx, id, 'succeeded', change, this.clock.now());
    if (!build?.artifact) return;
    const { commit, artifact, reused } = build;
    const facts = { commit, artifact, reused, processes: [...build.processes], ...usageOf(build) };
    await this.outbox.append(tx, buildSucceeded, eventOf(build, facts));
    await this.forgetDeadline(tx, id);
  }

  async fail(tx: Tx, id: string, failure: Failure): Promise<void> {
    if (await this.timeOut(tx, id, failure)) await this.forgetDeadline(tx, id);
  }

  /** As `fail`, for the deadline itself, which is forgotten by the one who calls. */
  async timeOut(tx: Tx, id: string, failure: Failure): Promise<boolean> {
    const build = await this.builds.become(tx, id, 'failed', { failure }, this.clock.now());
    if (build) await this.outbox.append(tx, buildFailed, eventOf(build, { failure, ...usageOf(build) }));
    return build !== null;
  }

  /** Ends a build that nobody wants any more, wherever it is, and whoever works on it. */
  async cancel(tx: Tx, id: string): Promise<void> {
    const build = await this.builds.become(tx, id, 'cancelled', {}, this.clock.now());
    if (!build) return;
    await this.outbox.append(tx, buildCancelled, eventOf(build, usageOf(build)));
    await this.forgetDeadline(tx, id);
    await this.queue.interrupt(tx, buildQueue, id);
  }

  private forgetDeadline(tx: Tx, id: string): Promise<void> {
    return this.queue.clearDeadline(tx, { queue: buildQueue, key: id, name: deadlineName });
  }
}

const noSlots: Failure = {
  cause: 'quota_exceeded',
  message: 'The quota of the organization allows no builds.',
  evidence: ['buildsAtOnce: 0'],
  nextStep: 'Ask an administrator to raise the quota.',
};

const eventOf = <Facts extends object>(build: Build, facts: Facts) => ({
  subject: build.id,
  organizationId: build.organizationId,
  data: { buildId: build.id, deploymentId: build.deploymentId, workloadId: build.workloadId, ...facts },
});
