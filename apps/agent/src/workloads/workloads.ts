import type {
  DesiredWorkload,
  EgressCounts,
  InstanceStats,
  InstanceTraffic,
  LogLine,
  LogQuery,
  Measurement,
  ObservedWorkload,
} from '@berth/contracts/runtime';
import { join } from 'node:path';
import { within } from '../clock.js';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import { WorkloadLogs } from '../logs/workload-logs.js';
import { Tasks } from '../tasks/tasks.js';
import { ToldTasks } from '../tasks/told-tasks.js';
import type { Instance } from './instance.js';
import { Workload } from './workload.js';

export type ChangeListener = (workloadId: string) => void;

/** All workloads of the agent, by id. Desired states are held in memory only: they contain secrets. */
export class Workloads {
  private readonly byId = new Map<string, Workload>();
  private readonly logsById = new Map<string, WorkloadLogs>();
  private readonly listeners = new Set<ChangeListener>();
  private closing = false;
  readonly tasks: Tasks;

  constructor(private readonly context: AgentContext) {
    this.tasks = new Tasks(context, new ToldTasks(context.tasksFolder), {
      logsOf: (id) => this.logsOf(id),
      changed: (id) => this.tell(id),
      gone: (id) => this.taskGone(id),
    });
  }

  /** @throws stale_generation */
  apply(desired: DesiredWorkload): ObservedWorkload {
    if (this.closing) throw agentErrors.closing();
    const known = this.byId.get(desired.workloadId);
    if (known) known.apply(desired);
    else this.byId.set(desired.workloadId, this.make(desired));
    return this.observe(desired.workloadId);
  }

  /** Ends a workload and forgets its logs. One that is not there is as good as deleted. */
  async delete(id: string): Promise<void> {
    const known = this.byId.get(id);
    if (known) known.delete();
    else await this.removeRest(id);
  }

  list(): ObservedWorkload[] {
    return [...this.byId.values()].map((workload) => workload.observe());
  }

  /** @throws workload_not_found */
  observe(id: string): ObservedWorkload {
    return this.need(id).observe();
  }

  /** @throws workload_not_found */
  stats(id: string): Promise<InstanceStats[]> {
    return this.need(id).stats();
  }

  /** What every instance that is ready uses, and every task that runs. */
  measurements(): Measurement[] {
    return [...[...this.byId.values()].flatMap((workload) => workload.measurements()), ...this.tasks.measurements()];
  }

  /** What left for the visitors of each workload, also of those that are gone. @throws Error when the router cannot be asked */
  egress(): Promise<EgressCounts> {
    return this.context.router.egress();
  }

  /** @throws Error when the router cannot be told */
  acceptEgress(counts: EgressCounts): Promise<void> {
    return this.context.router.acceptEgress(counts);
  }

  /** @throws workload_not_found */
  traffic(id: string): Promise<InstanceTraffic[]> {
    return this.need(id).traffic();
  }

  /** Logs outlive a restart of the agent, so they are answered for workloads that were not applied again yet. */
  logs(id: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogLine> {
    return this.logsOf(id).read(query, signal);
  }

  /** Calls `listener` with the id of each workload that changed. Answers how to end that. */
  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  running(): Instance[] {
    return [...[...this.byId.values()].flatMap((workload) => workload.running), ...this.tasks.running()];
  }

  /** @throws instance_not_found */
  instance(id: string, instanceId: string): Instance {
    const found = this.running().find((each) => each.id === instanceId && each.spec.desired.workloadId === id);
    if (!found) throw agentErrors.instanceNotFound(instanceId);
    return found;
  }

  /** Another route table came into effect. */
  routesChanged(): void {
    for (const workload of this.byId.values()) workload.kick();
    this.tasks.routesChanged();
  }

  /** Ends everything: asked to for at most `closeDeadline`, killed then. */
  async close(): Promise<void> {
    this.closing = true;
    const all = [...this.byId.values()];
    const { clock, tuning } = this.context;
    const limit = tuning.closeDeadline;
    const graceful = Promise.all([this.tasks.close(limit), ...all.map((workload) => workload.close(limit))]);
    await within(clock, limit, graceful, undefined);
    await Promise.all(all.map((workload) => workload.destroy()));
    this.byId.clear();
  }

  private make(desired: DesiredWorkload): Workload {
    const id = desired.workloadId;
    const changed = (): void => this.changed(id);
    return new Workload(desired, this.context, this.logsOf(id), { changed, retired: () => void this.collect() });
  }

  private changed(id: string): void {
    if (this.byId.get(id)?.isGone && !this.closing) this.forget(id);
    this.tell(id);
  }

  private tell(id: string): void {
    for (const listener of this.listeners) listener(id);
  }

  private forget(id: string): void {
    this.byId.delete(id);
    this.releaseIdentity(id);
    this.removeRest(id).catch((error: unknown) =>
      this.context.logger.warn({ err: error }, 'logs or volumes could not be removed'),
    );
  }

  private taskGone(id: string): void {
    this.releaseIdentity(id);
    void this.collect();
    this.tell(id);
  }

  private releaseIdentity(id: string): void {
    if (!this.byId.has(id) && !this.tasks.isOf(id)) this.context.identities?.release(id);
  }

  private async collect(): Promise<void> {
    const inUse = new Set([...[...this.byId.values()].flatMap((workload) => workload.slugs), ...this.tasks.slugs]);
    await this.context.slugs
      .collect(inUse, this.context.tuning.slugsKept)
      .catch((error: unknown) => this.context.logger.warn({ err: error }, 'old slugs could not be removed'));
  }

  /** Its instances and tasks write to the same. */
  private logsOf(id: string): WorkloadLogs {
    const known = this.logsById.get(id);
    if (known) return known;
    const made = new WorkloadLogs(join(this.context.logsFolder, id), this.context.clock, this.context.tuning);
    this.logsById.set(id, made);
    return made;
  }

  private async removeRest(id: string): Promise<void> {
    await this.context.volumes.remove(id);
    await this.removeLogs(id);
  }

  private async removeLogs(id: string): Promise<void> {
    await this.logsOf(id).remove();
    if (!this.byId.has(id) && !this.tasks.isOf(id)) this.logsById.delete(id);
  }

  private need(id: string): Workload {
    const found = this.byId.get(id);
    if (!found) throw agentErrors.workloadNotFound(id);
    return found;
  }
}
