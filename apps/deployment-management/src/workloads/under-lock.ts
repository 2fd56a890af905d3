import type { ReconcileContext } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import type { WorkloadRow } from './workload.js';
import type { WorkloadsRepository } from './workloads.repository.js';

/**
 * A step begins with the workload's row lock, as requests and events do: one that took a deployment's or a task's row first
 * would meet a cancel that holds the workload's.
 */
export const underLock = (
  context: ReconcileContext,
  workloads: WorkloadsRepository,
  workloadId: string,
  step: (tx: Tx, workload: WorkloadRow) => Promise<unknown>,
): Promise<void> =>
  context.transaction(async (tx) => {
    const workload = await workloads.lock(tx, workloadId);
    if (workload) await step(tx, workload);
  });
