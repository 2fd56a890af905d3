import {
  type DesiredVolume,
  type DesiredWorkload,
  type InstanceStats,
  type Measurement,
  type ObservedWorkload,
  serves,
  type Upstream,
} from '@berth/contracts/runtime';
import { randomBytes } from 'node:crypto';
import type { Cancel } from '../clock.js';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import type { WorkloadLogs } from '../logs/workload-logs.js';
import { doorsOf } from '../router/link-doors.js';
import { Instance, type InstanceSpec } from './instance.js';
import { bytesBelow } from './instance-folder.js';
import { observeInstance, observeWorkload } from './observe.js';
import { type InstanceView, plan, type WantedProcess } from './plan.js';
import { revisionOf } from './revision.js';
import { SlugLoader } from './slug-loader.js';
import { wantedVolumes } from './volume-folders.js';

export interface WorkloadEvents {
  /** Something that `observe()` shows is different. */
  readonly changed: () => void;
  /** An instance is gone for good. */
  readonly retired: () => void;
}

/** One workload: what is wanted, what runs, and the loop that makes the second like the first. */
export class Workload {
  private readonly instances = new Map<string, Instance>();
  private readonly slug: SlugLoader;
  private readonly everRouted = new Set<string>();
  private readonly heldSince = new Map<string, number>();
  private deleted = false;
  private queued = false;
  private cancelWake: Cancel = () => undefined;
  private changedAt: number;
  private serving = '';
  private shown = '';
  /** Volumes that are wanted no more, until their folders are gone. */
  private leaving: readonly DesiredVolume[] = [];
  private isSwept = false;

  constructor(
    private desired: DesiredWorkload,
    private readonly context: AgentContext,
    private readonly logs: WorkloadLogs,
    private readonly events: WorkloadEvents,
  ) {
    this.changedAt = context.clock.now().getTime();
    this.slug = new SlugLoader(context, () => this.kick());
    this.apply(desired);
  }

  /** @throws stale_generation */
  apply(desired: DesiredWorkload): void {
    if (desired.generation < this.desired.generation)
      throw agentErrors.staleGeneration(desired.generation, this.desired.generation);
    this.deleted = false;
    const wanted = wantedVolumes(desired);
    this.leaving = this.volumes.filter(({ id }) => wanted.every((each) => each.id !== id));
    this.isSwept = false;
    this.desired = desired;
    this.slug.want(desired);
    this.keepWhatIsTheSame();
    this.kick();
  }

  /** What there is of volumes, what nobody wants any more included. */
  private get volumes(): DesiredVolume[] {
    return [...wantedVolumes(this.desired), ...this.leaving];
  }

  /** Ends everything; the workload is done when `isGone`. */
  delete(): void {
    this.deleted = true;
    this.slug.stop();
    this.kick();
  }

  get isGone(): boolean {
    return this.deleted && this.instances.size === 0;
  }

  get running(): Instance[] {
    return [...this.instances.values()].filter((instance) => instance.root);
  }

  /** Digests of the slugs that it needs. */
  get slugs(): string[] {
    const used = [...this.instances.values()].map((instance) => instance.spec.slug.digest);
    return this.deleted ? used : [...used, this.desired.release.artifact.digest];
  }

  observe(): ObservedWorkload {
    const { desired, changedAt, context } = this;
    const instances = [...this.instances.values()].map((instance) =>
      observeInstance(instance.id, instance.spec, instance.state, context.routes.isRouted(instance.id)),
    );
    const accepts = (host: string): boolean => context.routes.accepts(host);
    return observeWorkload({
      desired,
      instances,
      accepts,
      changedAt,
      volumes: this.volumes,
      trouble: this.slug.trouble,
    });
  }

  async stats(): Promise<InstanceStats[]> {
    return Promise.all([...this.instances.values()].map(statsOf));
  }

  measurements(): Measurement[] {
    const { workloadId } = this.desired;
    return [...this.instances.values()].flatMap(({ spec, state, meter }) => {
      if (state.readySince === null) return [];
      const readySince = new Date(state.readySince).toISOString();
      return [{ workloadId, processType: spec.process.name, readySince, ...meter.usage }];
    });
  }

  /** Looks at everything soon, once, however often it is called. */
  kick(): void {
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.reconcile();
    });
  }

  /** Ends everything within `limit` milliseconds, and kills what is left then. */
  async close(limit: number): Promise<void> {
    this.deleted = true;
    this.slug.stop();
    this.cancelWake();
    const all = [...this.instances.values()];
    this.route([]);
    await Promise.all(all.map((instance) => instance.retire(limit)));
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.instances.values()].map((instance) => instance.destroy()));
  }

  private reconcile(): void {
    const now = this.context.clock.now().getTime();
    const { settle } = this.context.tuning;
    const input = { wanted: this.wanted(), instances: this.views(), canStart: this.canStart };
    const next = plan({ ...input, now, settle, hold: this.hold });
    for (const name of next.start) this.make(name);
    for (const id of next.restart) this.instances.get(id)?.restart();
    for (const { id, reason } of next.end) this.instances.get(id)?.end(reason);
    for (const id of next.retire) void this.retire(id);
    this.keepHeld(next.held, now);
    this.route(next.routed);
    this.wakeAt(next.wakeAt, now);
    this.sweep();
    this.show(now);
  }

  /** Folders of volumes that are wanted no more go when no instance has them, also those of before a restart of the agent. */
  private sweep(): void {
    const { desired } = this;
    const isCurrent = ({ spec }: Instance): boolean => revisionOf(desired, spec.process) === spec.revision;
    if (this.isSwept || this.deleted || ![...this.instances.values()].every(isCurrent)) return;
    this.isSwept = true;
    this.context.volumes.keep(desired.workloadId, wantedVolumes(desired)).then(
      () => this.swept(desired),
      (error: unknown) => this.context.logger.warn({ err: error }, 'a volume could not be removed'),
    );
  }

  private swept(desired: DesiredWorkload): void {
    if (this.desired !== desired) return;
    this.leaving = [];
    this.kick();
  }

  private wanted(): WantedProcess[] {
    if (this.deleted) return [];
    return this.desired.processes.map((process) => {
      const { name, instances } = process;
      const isExclusive = (process.volumes ?? []).length > 0;
      return { name, instances, isExclusive, revision: revisionOf(this.desired, process) };
    });
  }

  private views(): InstanceView[] {
    for (const id of this.instances.keys()) if (this.context.routes.isRouted(id)) this.everRouted.add(id);
    return [...this.instances.values()].map(({ id, spec, state }) => ({
      id,
      processType: spec.process.name,
      revision: spec.revision,
      state,
      routed: this.context.routes.isRouted(id),
      wasRouted: this.everRouted.has(id),
      heldSince: this.heldSince.get(id) ?? null,
      startDeadline: spec.desired.startDeadlineSeconds * 1_000,
      failureThreshold: spec.process.health.failureThreshold,
    }));
  }

  /**
   * Until a release on trial is found live. Afterwards never longer than an instance may take to end: whoever waits for that
   * waits no longer for this.
   */
  private get hold(): number {
    if (this.desired.onTrial) return this.context.tuning.trial;
    return Math.min(this.context.tuning.hold, this.desired.stopDeadlineSeconds * 1_000);
  }

  /** What it is linked to answers, or says why not, from its first moment on. */
  private get canStart(): boolean {
    return this.slug.slug !== undefined && this.context.routes.opens(doorsOf(this.desired));
  }

  private keepHeld(ids: readonly string[], now: number): void {
    for (const id of this.heldSince.keys()) if (!ids.includes(id)) this.heldSince.delete(id);
    for (const id of ids) if (!this.heldSince.has(id)) this.heldSince.set(id, now);
  }

  private make(name: string): void {
    const spec = this.specOf(name);
    if (!spec) return;
    const id = `${name}-${randomBytes(5).toString('hex')}`;
    const instance = new Instance(id, spec, this.context, this.logs, () => this.kick());
    this.instances.set(id, instance);
    instance.start();
  }

  private specOf(name: string): InstanceSpec | undefined {
    const { desired } = this;
    const process = desired.processes.find((candidate) => candidate.name === name);
    const slug = this.slug.slug;
    return process && slug ? { revision: revisionOf(desired, process), process, desired, slug } : undefined;
  }

  /** Instances of an equal revision take over the release's number and the deadlines without a restart. */
  private keepWhatIsTheSame(): void {
    for (const instance of this.instances.values()) {
      const process = this.desired.processes.find(({ name }) => name === instance.spec.process.name);
      if (!process || revisionOf(this.desired, process) !== instance.spec.revision) continue;
      instance.spec = { ...instance.spec, process, desired: this.desired };
    }
  }

  private async retire(id: string): Promise<void> {
    const instance = this.instances.get(id);
    if (!instance) return;
    await instance
      .retire()
      .catch((error: unknown) =>
        this.context.logger.error({ err: error, instance: id }, 'an instance could not be ended cleanly'),
      );
    this.instances.delete(id);
    this.everRouted.delete(id);
    await this.logs.retire(id);
    this.kick();
    this.events.retired();
  }

  private route(ids: readonly string[]): void {
    const { workloadId, hosts } = this.desired;
    const doors = doorsOf(this.desired);
    const upstreams = ids.map((id) => this.upstreamOf(id)).filter((upstream) => upstream !== undefined);
    this.context.routes.set(workloadId, this.deleted ? null : { hosts, upstreams, doors });
  }

  private upstreamOf(id: string): Upstream | undefined {
    const port = this.instances.get(id)?.port ?? null;
    return port === null ? undefined : { id, host: '127.0.0.1', port };
  }

  private wakeAt(time: number | null, now: number): void {
    this.cancelWake();
    if (time !== null) this.cancelWake = this.context.clock.after(time - now + 1, () => this.kick());
  }

  private show(now: number): void {
    const observed = this.observe();
    const serving = observed.instances.filter(serves).map(({ id }) => id);
    if (serving.join() !== this.serving) this.changedAt = now;
    this.serving = serving.join();
    const shown = JSON.stringify({ ...observed, changedAt: null });
    if (shown !== this.shown || this.isGone) this.events.changed();
    this.shown = shown;
  }
}

async function statsOf({ id, spec, state, meter, folder }: Instance): Promise<InstanceStats> {
  const { name, cpuMillicores, memoryMib } = spec.process;
  return {
    instance: id,
    process: name,
    release: spec.desired.release.number,
    state: state.phase,
    ...meter.usage,
    storageBytes: await bytesBelow(folder),
    cpuLimitMillicores: cpuMillicores,
    memoryLimitBytes: memoryMib * 1024 * 1024,
  };
}
