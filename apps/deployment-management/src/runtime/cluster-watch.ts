import { type CancelTimer, Clock, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { WorkloadKeys } from '../workloads/workload-keys.js';
import { type Gathered, GatheredChanges } from './gathered-changes.js';
import { RuntimeConfirmations } from './runtime-confirmations.js';
import type { Runtime } from './runtime.js';

const RETRY_MILLISECONDS = 1_000;
const CONFIRM_MILLISECONDS = 10_000;
/** A workload that moves is told of once for each object of it: what comes so close together is one reason to look. */
const GATHER_MILLISECONDS = 100;

/** Turns the hints of one cluster into keys of the reconcile queue, and its silence into the confirmation that nothing has changed. */
@Injectable()
export class ClusterWatch {
  constructor(
    private readonly keys: WorkloadKeys,
    private readonly confirmations: RuntimeConfirmations,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Follows it until the signal aborts. */
  async watch(clusterId: string, runtime: () => Promise<Runtime>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.follow(clusterId, await runtime(), signal);
      } catch (error) {
        const what = 'the stream of runtime changes broke; opening it again';
        if (!signal.aborted) this.logger.warn({ err: error, clusterId }, what);
      }
      await this.clock.pause(RETRY_MILLISECONDS, signal);
    }
  }

  private async follow(clusterId: string, runtime: Runtime, signal: AbortSignal): Promise<void> {
    const left = new AbortController();
    const bounded = AbortSignal.any([signal, left.signal]);
    const changes = new GatheredChanges();
    const reading = changes.read(runtime.changes(bounded));
    const work = this.enqueueAll(clusterId, changes, bounded);
    try {
      await Promise.all([reading, work]);
    } finally {
      left.abort();
      await Promise.allSettled([reading, work]);
    }
  }

  /** The first hint after a silence at once, those that follow together. */
  private async enqueueAll(clusterId: string, changes: GatheredChanges, signal: AbortSignal): Promise<void> {
    let endConfirming: CancelTimer = () => undefined;
    let confirming: Promise<void> = Promise.resolve();
    try {
      for (let found = await changes.take(); found; found = await changes.take()) {
        if (found.isResync) endConfirming();
        await this.enqueue(clusterId, found);
        if (found.isResync)
          endConfirming = this.clock.every(CONFIRM_MILLISECONDS, () => (confirming = this.confirm(clusterId)));
        await this.clock.pause(GATHER_MILLISECONDS, signal);
      }
    } finally {
      endConfirming();
      await confirming;
    }
  }

  private async enqueue(clusterId: string, { isResync, workloadIds }: Gathered): Promise<void> {
    if (isResync) await this.lookAtAll(clusterId);
    if (workloadIds.length > 0) await this.keys.enqueue(workloadIds);
  }

  private async lookAtAll(clusterId: string): Promise<void> {
    await this.confirmations.begin(clusterId);
    await this.keys.enqueueAll(clusterId);
  }

  /** One that fails is made up for by the next. */
  private async confirm(clusterId: string): Promise<void> {
    try {
      await this.confirmations.confirm(clusterId);
    } catch (error) {
      this.logger.warn({ err: error, clusterId }, 'what runs was not confirmed');
    }
  }
}
