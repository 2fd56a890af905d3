import { type CancelTimer, Clock, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { WorkloadKeys } from '../workloads/workload-keys.js';
import { RuntimeConfirmations } from './runtime-confirmations.js';
import type { Runtime } from './runtime.js';

const RETRY_MILLISECONDS = 1_000;
const CONFIRM_MILLISECONDS = 10_000;

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
    let endConfirming: CancelTimer = () => undefined;
    let confirming: Promise<void> = Promise.resolve();
    try {
      for await (const change of runtime.changes(signal)) {
        if ('workloadId' in change) {
          await this.keys.enqueue([change.workloadId]);
          continue;
        }
        endConfirming();
        await this.lookAtAll(clusterId);
        endConfirming = this.clock.every(CONFIRM_MILLISECONDS, () => (confirming = this.confirm(clusterId)));
      }
    } finally {
      endConfirming();
      await confirming;
    }
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
