import {
  asCanary,
  type DesiredProcess,
  type DesiredVolume,
  type DesiredWorkload,
  type InstanceStats,
  type InstanceTraffic,
  type Measurement,
  type ObservedWorkload,
  type Place,
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
import { type InstanceView, type Plan, plan, type WantedCanary, type WantedProcess } from './plan.js';
import { revisionOf } from './revision.js';
import { SlugLoader } from './slug-loader.js';
import { type VolumeFolders, wantedVolumes } from './volume-folders.js';

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
  private readonly canarySlug: SlugLoader;
  /** Revisions that were a canary until something else was stated. */
  private readonly dropped = new Set<string>();
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
    this.canarySlug = new SlugLoader(context, () => this.kick());
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
    this.dropCanaryUnless(desired);
    this.desired = desired;
    this.slug.want(desired);
    this.wantCanary(asCanary(desired));
    this.keepWhatIsTheSame();
    this.kick();
  }

  private wantCanary(canary: DesiredWorkload | undefined): void {
    if (canary) this.canarySlug.want(canary);
    else this.canarySlug.stop();
  }

  /** One that became the release of the workload is none any more; one that is stated again is none yet. */
  private dropCanaryUnless(next: DesiredWorkload): void {
    const was = revisionsOf(asCanary(this.desired));
    const wanted = [...revisionsOf(next), ...revisionsOf(asCanary(next))];
    for (const revision of was) this.dropped.add(revision);
    for (const revision of wanted) this.dropped.delete(revision);
  }

  /** What there is of volumes, what nobody wants any more included. */
  private get volumes(): DesiredVolume[] {
    return [...wantedVolumes(this.desired), ...this.leaving];
  }

  /** Ends everything; the workload is done when `isGone`. */
  delete(): void {
    this.deleted = true;
    this.slug.stop();
    this.canarySlug.stop();
    this.kick();
  }

  get isGone(): boolean {
    return this.deleted && this.instances.size === 0;
  }

  /** What instances are made from: the workload, and its canary. */
  private get stated(): DesiredWorkload[] {
    const canary = asCanary(this.desired);
    return canary ? [this.desired, canary] : [this.desired];
  }

  get running(): Instance[] {
    return [...this.instances.values()].filter((instance) => instance.root);
  }

  /** Digests of the slugs that it needs. */
  get slugs(): string[] {
    const used = [...this.instances.values()].map((instance) => instance.spec.slug.digest);
    return this.deleted ? used : [...used, ...this.stated.map(({ release }) => release.artifact.digest)];
  }

  observe(): ObservedWorkload {
    const { desired, changedAt, context } = this;
    const instances = [...this.instances.values()].map((instance) =>
      observeInstance(instance.id, instance.spec, instance.state, context.routes.isRouted(instance.id)),
    );
    const accepts = (place: Place): boolean => context.routes.accepts(desired.workloadId, place);
    return observeWorkload({
      desired,
      instances,
      accepts,
      changedAt,
      volumes: this.volumes,
      trouble: this.slug.trouble ?? (desired.canary ? this.canarySlug.trouble : null),
      canaryWeight: desired.hosts.map((host) => context.routes.canaryWeight(host))[0],
    });
  }

  /** Of the instances that the router knows. @throws Error when it cannot be asked */
  async traffic(): Promise<InstanceTraffic[]> {
    const counts = await this.context.router.answers();
    return counts.flatMap(({ upstreamId, requests, errors }) => {
      const release = this.instances.get(upstreamId)?.spec.desired.release.number;
      return release === undefined ? [] : [{ instance: upstreamId, release, requests, errors }];
    });
  }

  async stats(): Promise<InstanceStats[]> {
    const { volumes } = this.context;
    return Promise.all([...this.instances.values()].map((each) => statsOf(each, volumes)));
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
    this.canarySlug.stop();
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
    const { canStart } = this;
    const input = { wanted: this.wanted(), instances: this.views(), canStart, dropped: this.dropped };
    const next = plan({ ...input, canary: this.wantedCanary(), now, settle, hold: this.hold });
    this.start(next);
    for (const id of next.restart) this.instances.get(id)?.restart();
    for (const { id, reason } of next.end) this.instances.get(id)?.end(reason);
    for (const id of next.retire) void this.retire(id);
    this.keepHeld(next.held, now);
    this.route(next.routed, next.canary);
    this.wakeAt(next.wakeAt, now);
    this.sweep();
    this.show(now);
  }

  private start({ start, startCanary }: Plan): void {
    const canary = asCanary(this.desired);
    for (const name of start) this.make(this.specOf(name, this.desired, this.slug));
    for (let made = 0; canary && made < startCanary; made++) this.make(this.specOf('web', canary, this.canarySlug));
  }

  /** Folders of volumes that are wanted no more go when no instance has them, also those of before a restart of the agent. */
  private sweep(): void {
    const { desired } = this;
    const isCurrent = ({ spec }: Instance): boolean =>
      this.stated.some((each) => revisionOf(each, spec.process) === spec.revision);
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

  private wantedCanary(): WantedCanary | undefined {
    const canary = asCanary(this.desired);
    if (this.deleted || !canary || !this.desired.canary) return undefined;
    const { process, weight } = this.desired.canary;
    const canStart = this.canarySlug.slug !== undefined && this.context.routes.opens(doorsOf(this.desired));
    return { revision: revisionOf(canary, process), instances: process.instances, weight, canStart };
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

  private make(spec: InstanceSpec | undefined): void {
    if (!spec) return;
    const id = `${spec.process.name}-${randomBytes(5).toString('hex')}`;
    const instance = new Instance(id, spec, this.context, this.logs, () => this.kick());
    this.instances.set(id, instance);
    instance.start();
  }

  private specOf(name: string, desired: DesiredWorkload, { slug }: SlugLoader): InstanceSpec | undefined {
    const process = processIn(desired, name);
    return process && slug ? { revision: revisionOf(desired, process), process, desired, slug } : undefined;
  }

  /** Instances of an equal revision take over the release's number and the deadlines without a restart. */
  private keepWhatIsTheSame(): void {
    for (const instance of this.instances.values()) {
      const { revision, process: former } = instance.spec;
      const same = this.stated
        .map((desired) => ({ desired, process: processIn(desired, former.name) }))
        .findLast(({ desired, process }) => process && revisionOf(desired, process) === revision);
      if (same?.process) instance.spec = { ...instance.spec, process: same.process, desired: same.desired };
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

  private route(ids: readonly string[], ofCanary: readonly string[] = []): void {
    const { workloadId, hosts, paths, canary: wanted, protection } = this.desired;
    const doors = doorsOf(this.desired);
    const canary = wanted && { weight: wanted.weight, upstreams: this.upstreamsOf(ofCanary) };
    const routes = { hosts, paths, upstreams: this.upstreamsOf(ids), doors, canary, protection };
    this.context.routes.set(workloadId, this.deleted ? null : routes);
  }

  private upstreamsOf(ids: readonly string[]): Upstream[] {
    return ids.map((id) => this.upstreamOf(id)).filter((upstream) => upstream !== undefined);
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

const processIn = ({ processes }: DesiredWorkload, wanted: string): DesiredProcess | undefined =>
  processes.find(({ name }) => name === wanted);

const revisionsOf = (desired: DesiredWorkload | undefined): string[] =>
  (desired?.processes ?? []).map((process) => revisionOf(desired as DesiredWorkload, process));

async function statsOf({ id, spec, state, meter, folder }: Instance, folders: VolumeFolders): Promise<InstanceStats> {
  const { name, cpuMillicores, memoryMib, volumes } = spec.process;
  return {
    instance: id,
    process: name,
    release: spec.desired.release.number,
    state: state.phase,
    ...meter.usage,
    storageBytes: await bytesBelow(folder),
    volumes: await folders.stats(spec.desired.workloadId, volumes),
    sources: { usage: 'runtime', storage: 'runtime' },
    cpuLimitMillicores: cpuMillicores,
    memoryLimitBytes: memoryMib * 1024 * 1024,
  };
}
