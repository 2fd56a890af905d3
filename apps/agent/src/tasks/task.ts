import { randomBytes } from 'node:crypto';
import type { DesiredTask, Door, Measurement, ObservedTask } from '@berth/contracts/runtime';
import type { AgentContext } from '../context.js';
import type { WorkloadLogs } from '../logs/workload-logs.js';
import { doorsOf } from '../router/link-doors.js';
import { Instance, type InstanceSpec } from '../workloads/instance.js';
import { SlugLoader } from '../workloads/slug-loader.js';

/** An instance that is started once and never again. */
export class Task {
  private readonly slug: SlugLoader;
  private instance: Instance | undefined;
  private isEnding = false;

  constructor(
    readonly desired: DesiredTask,
    private readonly context: AgentContext,
    private readonly logs: WorkloadLogs,
    private readonly onChange: () => void,
  ) {
    this.slug = new SlugLoader(context, () => this.begin());
    this.route(doorsOf(desired));
    this.slug.want(desired);
  }

  /** Other routes are in effect. */
  routesChanged(): void {
    if (!this.instance) this.begin();
  }

  /** What runs of it, while it does. */
  get running(): Instance[] {
    return this.instance?.root ? [this.instance] : [];
  }

  /** What it uses while it runs, as soon as that can be said. */
  get measurement(): Measurement | undefined {
    const [running] = this.running;
    if (!running?.meter.hasMeasured) return undefined;
    const { workloadId, process } = this.desired;
    const readySince = new Date(running.state.startedAt).toISOString();
    return { workloadId, processType: process.name, readySince, ...running.meter.usage };
  }

  observe(): ObservedTask {
    const { taskId } = this.desired;
    const { state, id } = this.instance ?? {};
    if (!state) {
      const nothing = { taskId, instance: null, startedAt: null, exit: null };
      return { ...nothing, state: 'starting', trouble: this.slug.trouble };
    }
    const { lastExit: exit, trouble, startedAt } = state;
    const begun = { taskId, instance: id ?? null, startedAt: new Date(startedAt).toISOString() };
    if (!exit) return { ...begun, state: 'running', exit, trouble: null };
    return { ...begun, state: 'ended', exit, trouble: exit.code === 0 ? null : trouble };
  }

  /** Resolves when nothing of it is left but its log. */
  async end(limit = Infinity): Promise<void> {
    this.isEnding = true;
    this.slug.stop();
    if (this.instance) {
      await this.instance.retire(limit);
      await this.logs.retire(this.instance.id);
    }
    this.route([]);
  }

  private route(doors: readonly Door[]): void {
    const { taskId } = this.desired;
    this.context.routes.set(taskId, doors.length === 0 ? null : { hosts: [], upstreams: [], doors });
  }

  private begin(): void {
    const spec = this.spec();
    if (spec && !this.instance && !this.isEnding && this.context.routes.opens(doorsOf(this.desired))) {
      const id = `${spec.process.name}-${randomBytes(5).toString('hex')}`;
      this.instance = new Instance(id, spec, this.context, this.logs, this.onChange);
      this.instance.start();
    }
    this.onChange();
  }

  /** As that of an instance of a workload which has no other. */
  private spec(): InstanceSpec | undefined {
    const { slug } = this.slug;
    if (!slug) return undefined;
    const { taskId, process: run, deadlineSeconds, ...place } = this.desired;
    const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 };
    const process = { ...run, instances: 1, health };
    const times = { startDeadlineSeconds: deadlineSeconds, generation: 1 };
    const desired = { ...place, ...times, processes: [process], hosts: [], restartToken: taskId };
    return { revision: taskId, process, desired, slug };
  }
}
