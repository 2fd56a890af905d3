import type { DesiredTask, ObservedTask } from '@berth/contracts/runtime';

/** Commands that run once, beside the instances of a workload. The part of the Runtime port that is about them. */
export interface TaskRuntime {
  /** Starts it unless it was ever told of it: asking again, from whichever replica, starts nothing twice. */
  startTask(task: DesiredTask, signal: AbortSignal): Promise<void>;
  /** Null: the runtime was never told of it, or has forgotten it since its end was asked for. */
  observeTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<ObservedTask | null>;
  /** Ends what runs of it and forgets it; it is gone when `observeTask` answers null. Its last words may go with it. */
  endTask(workloadId: string, taskId: string, signal: AbortSignal): Promise<void>;
}
