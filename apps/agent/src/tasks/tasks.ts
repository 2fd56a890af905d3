import type { DesiredTask, Measurement, ObservedTask } from '@berth/contracts/runtime';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import type { WorkloadLogs } from '../logs/workload-logs.js';
import type { Instance } from '../workloads/instance.js';
import { Task } from './task.js';
import type { ToldTasks } from './told-tasks.js';

export interface TaskWorld {
  logsOf(workloadId: string): WorkloadLogs;
  changed(workloadId: string): void;
  /** A task of it was ended and forgotten. */
  gone(workloadId: string): void;
}

/** Commands that run once, by task id. */
export class Tasks {
  private readonly byId = new Map<string, Task>();

  constructor(
    private readonly context: AgentContext,
    private readonly told: ToldTasks,
    private readonly world: TaskWorld,
  ) {}

  /** One that was ever told of is not started again, by a former agent neither. */
  start(desired: DesiredTask): ObservedTask {
    const { taskId, workloadId } = desired;
    if (!this.told.has(taskId)) {
      this.told.add(taskId);
      const task = new Task(desired, this.context, this.world.logsOf(workloadId), () => this.world.changed(workloadId));
      this.byId.set(taskId, task);
    }
    return this.observe(taskId);
  }

  /** @throws task_not_found */
  observe(taskId: string): ObservedTask {
    const task = this.byId.get(taskId);
    if (task) return task.observe();
    if (!this.told.has(taskId)) throw agentErrors.taskNotFound(taskId);
    return { taskId, state: 'lost', instance: null, startedAt: null, exit: null, trouble: null };
  }

  /** Ends what runs of it, in its own time, and forgets it then. One that is not there is as good as ended. */
  end(taskId: string): void {
    const task = this.byId.get(taskId);
    if (task) void this.forget(taskId, task);
    else this.told.remove(taskId);
  }

  routesChanged(): void {
    for (const task of this.byId.values()) task.routesChanged();
  }

  isOf(workloadId: string): boolean {
    return [...this.byId.values()].some(({ desired }) => desired.workloadId === workloadId);
  }

  running(): Instance[] {
    return [...this.byId.values()].flatMap((task) => task.running);
  }

  measurements(): Measurement[] {
    return [...this.byId.values()].flatMap((task) => task.measurement ?? []);
  }

  /** Digests of the slugs that they need. */
  get slugs(): string[] {
    return [...this.byId.values()].map(({ desired }) => desired.release.artifact.digest);
  }

  /** Ends all within `limit` milliseconds; what they were stays known. */
  async close(limit: number): Promise<void> {
    await Promise.all([...this.byId.values()].map((task) => task.end(limit)));
    this.byId.clear();
  }

  private async forget(taskId: string, task: Task): Promise<void> {
    await task
      .end()
      .catch((error: unknown) =>
        this.context.logger.error({ err: error, taskId }, 'a task could not be ended cleanly'),
      );
    this.byId.delete(taskId);
    this.told.remove(taskId);
    this.world.gone(task.desired.workloadId);
  }
}
