import type { Duplex } from 'node:stream';
import {
  asCanary,
  serves,
  type DesiredProcess,
  type DesiredTask,
  type DesiredWorkload,
  type ExecRequest,
  type InstanceStats,
  type InstanceTraffic,
  type LogLine,
  type LogQuery,
  type Measurement,
  type ObservedInstance,
  type ObservedTask,
  type ObservedWorkload,
  type Place,
  placesOf,
  spelled,
} from '@berth/contracts/runtime';
import { type ProbeAnswer, type Runtime, type RuntimeChange, RuntimeUnavailable } from '../runtime.js';
import { type InstanceName, SessionRefused } from '../session-runtime.js';
import type { Space, SpaceRemains } from '../space-runtime.js';
import type { StorageClass } from '../volume-runtime.js';
import { type Behaviour, behaving, retires } from './behaviour.js';
import { ChangeFeed } from './change-feed.js';
import { EchoSession } from './echo-session.js';
import { Journal } from './journal.js';
import { MemoryTasks } from './memory-tasks.js';
import { MemoryVolumes } from './memory-volumes.js';
import { MemoryWalls } from './memory-walls.js';

interface World {
  desired: DesiredWorkload;
  instances: ObservedInstance[];
  changedAt: string;
  hasLeavingCanary: boolean;
}

/** A fake world that can lie, fail and vanish: for tests of everything that must not believe it. */
export class MemoryRuntime implements Runtime {
  readonly artifactKinds = ['slug', 'image'] as const;
  /** Changed by tests of what a runtime cannot do. */
  canaries: Runtime['canaries'] = 'counted';
  /** Whether what leads users there takes a change over, by the test's will. */
  leadsAway = true;
  /** Whether what leads users there gives a canary the weight that is stated, by the test's will. */
  takesWeights = true;
  autoscales = true;
  patches = true;
  /** Why no patch is taken, by the test's will. */
  patchRefusal: string | null = null;
  readonly walls = new MemoryWalls();
  volumeKinds: Runtime['volumeKinds'] = ['single', 'per-instance'];
  /** Volumes of which there is something, and how much. */
  readonly volumes = new MemoryVolumes();
  /** Desired states in the order in which they were applied. */
  readonly applied: DesiredWorkload[] = [];
  /** Namespaces that were made before anything was stated in them. */
  readonly spaces = new Set<string>();
  private readonly worlds = new Map<string, World>();
  private readonly behaviours = new Map<string, Behaviour>();
  /** What instances print is up to the test. */
  readonly journal = new Journal();
  private readonly feed = new ChangeFeed();
  /** What is left of the spaces of environments, by the test's will. */
  readonly remains = new Map<string, SpaceRemains>();
  /** What each instance uses, by the test's will. */
  load = { cpuMillicores: 1, memoryBytes: 1_048_576 };
  private readonly answers = new Map<string, InstanceTraffic>();
  private down = false;
  /** Forgotten, and nobody has looked since. */
  private readonly lost = new Set<string>();
  private made = 0;

  readonly tasks: MemoryTasks;

  constructor(private readonly now: () => Date = () => new Date()) {
    this.tasks = new MemoryTasks(now, this.journal, (workloadId) => this.feed.push({ workloadId }));
  }

  /** How instances of releases with this artifact behave, from now on. */
  behave(artifactDigest: string, behaviour: Behaviour): void {
    this.behaviours.set(artifactDigest, behaviour);
    for (const world of this.worlds.values()) this.settle(world);
  }

  /** While down, every call throws. */
  setDown(down: boolean): void {
    this.down = down;
    if (!down) this.feed.push({ resync: true });
  }

  /** Users asked the instances of a release, and so many of their requests failed. */
  answer(workloadId: string, release: number, requests: number, errors: number): void {
    const instance = this.worlds.get(workloadId)?.instances.find((each) => each.release === release && each.routed)?.id;
    if (!instance) throw new Error(`no instance of v${release} in ${workloadId} gets requests`);
    const before = this.answers.get(instance) ?? { requests: 0, errors: 0 };
    const sum = { requests: before.requests + requests, errors: before.errors + errors };
    this.answers.set(instance, { instance, release, ...sum });
  }

  /** An instance of a release ended and was started again at once. */
  crash(workloadId: string, release: number): void {
    const world = this.worlds.get(workloadId);
    const instance = world?.instances.find((each) => each.release === release);
    if (!world || !instance) throw new Error(`no instance of v${release} in ${workloadId}`);
    instance.restarts++;
    this.feed.push({ workloadId });
  }

  get isDown(): boolean {
    return this.down;
  }

  /** Somebody ends an instance by hand: the world starts another by itself, if its behaviour lets it. */
  kill(workloadId: string, processType: string): void {
    const world = this.worlds.get(workloadId);
    const at = world?.instances.findIndex((each) => each.processType === processType) ?? -1;
    if (!world || at < 0) throw new Error(`no instance of ${processType} in ${workloadId}`);
    world.instances.splice(at, 1);
    this.settle(world);
  }

  /** The autoscaler of the world decides, within the bounds that it was given. */
  autoscale(workloadId: string, processType: string, instances: number): void {
    const world = this.worlds.get(workloadId);
    const type = world?.desired.processes.find(({ name }) => name === processType);
    if (!world || !type?.autoscaling) throw new Error(`${processType} of ${workloadId} is not autoscaled`);
    const { min, max } = type.autoscaling;
    type.instances = Math.min(max, Math.max(min, instances));
    this.settle(world);
  }

  /** The runtime loses its memory, as an agent that was restarted does: what was being asked of it then is not done. */
  forget(): void {
    for (const workloadId of this.worlds.keys()) this.lost.add(workloadId);
    this.worlds.clear();
    this.tasks.forget();
    this.feed.push({ resync: true });
  }

  async apply(desired: DesiredWorkload): Promise<void> {
    this.requireUp();
    if (this.lost.has(desired.workloadId)) throw new RuntimeUnavailable('The fake runtime was restarted meanwhile.');
    const world = this.worlds.get(desired.workloadId);
    if (world && world.desired.generation > desired.generation) return;
    this.applied.push(structuredClone(desired));
    const next = world ?? { desired, instances: [], changedAt: this.now().toISOString(), hasLeavingCanary: false };
    next.hasLeavingCanary = !desired.canary && (next.hasLeavingCanary || next.desired.canary !== undefined);
    next.desired = desired;
    this.volumes.provision(desired);
    this.worlds.set(desired.workloadId, next);
    this.settle(next);
  }

  async makeSpace({ namespace }: DesiredWorkload): Promise<void> {
    this.requireUp();
    this.spaces.add(namespace);
  }

  async refusalOfPatches(): Promise<string | null> {
    this.requireUp();
    return this.patchRefusal;
  }

  async refusalOfProtection(): Promise<string | null> {
    this.requireUp();
    return this.walls.refusal;
  }

  async observe(workloadId: string): Promise<ObservedWorkload | null> {
    this.requireUp();
    this.lost.delete(workloadId);
    const world = this.worlds.get(workloadId);
    if (!world) return null;
    const { desired, instances, changedAt } = world;
    return structuredClone({
      workloadId,
      observedGeneration: desired.generation,
      ...(desired.onTrial && { onTrial: desired.onTrial }),
      instances,
      routes: placesOf(desired).map((place) => ({ ...place, accepted: this.isRouted(world) })),
      ...(desired.canary &&
        this.takesWeights &&
        this.serves(instances, desired.canary.release.number) && { canaryWeight: desired.canary.weight }),
      ...(world.hasLeavingCanary && !this.leadsAway && { canaryLeaves: true as const }),
      volumes: this.volumes.of(workloadId),
      changedAt,
      trouble: null,
    });
  }

  async remove(workloadId: string): Promise<void> {
    this.requireUp();
    this.worlds.delete(workloadId);
    this.volumes.remove(workloadId);
    this.feed.push({ workloadId });
  }

  async *changes(signal: AbortSignal): AsyncIterable<RuntimeChange> {
    this.requireUp();
    yield { resync: true };
    yield* this.feed.read(signal);
  }

  async *logs(workloadId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine> {
    this.requireUp();
    yield* this.journal.read(workloadId, query, signal);
  }

  async stats(workloadId: string): Promise<InstanceStats[]> {
    this.requireUp();
    return (this.worlds.get(workloadId)?.instances ?? []).map(
      ({ id, processType, release, state, cpuMillicores, memoryMib }) => ({
        ...{ instance: id, process: processType, release, state, ...this.load, storageBytes: 0, volumes: [] },
        sources: { usage: 'runtime' as const, storage: 'runtime' as const },
        cpuLimitMillicores: cpuMillicores,
        memoryLimitBytes: memoryMib * 1_048_576,
      }),
    );
  }

  async measure(): Promise<Measurement[]> {
    this.requireUp();
    const instances = [...this.worlds].flatMap(([workloadId, world]) =>
      world.instances.flatMap(({ processType, readySince }) =>
        readySince === null ? [] : [{ workloadId, processType, readySince }],
      ),
    );
    return [...instances, ...this.tasks.running()].map((each) => ({ ...each, ...this.load }));
  }

  /** Nothing leaves a fake world. */
  egress(): Promise<null> {
    return Promise.resolve(null);
  }

  async acceptEgress(): Promise<void> {
    // Nothing is counted.
  }

  async traffic(workloadId: string): Promise<InstanceTraffic[]> {
    this.requireUp();
    return (this.worlds.get(workloadId)?.instances ?? []).flatMap(({ id }) => this.answers.get(id) ?? []);
  }

  async startTask(task: DesiredTask): Promise<void> {
    this.requireUp();
    this.tasks.start(task);
  }

  async observeTask(_workloadId: string, taskId: string): Promise<ObservedTask | null> {
    this.requireUp();
    return this.tasks.observe(taskId);
  }

  async endTask(_workloadId: string, taskId: string): Promise<void> {
    this.requireUp();
    this.tasks.end(taskId);
  }

  async exec({ workloadId, instance }: InstanceName, request: ExecRequest): Promise<Duplex> {
    this.requireInstance(workloadId, instance);
    return new EchoSession(request.command.join(' '));
  }

  async forward({ workloadId, instance }: InstanceName, port: number | null): Promise<Duplex> {
    this.requireInstance(workloadId, instance);
    return new EchoSession(`port ${port ?? 'PORT'}`);
  }

  async storageClasses(): Promise<StorageClass[]> {
    this.requireUp();
    return this.volumes.classes;
  }

  async probe(host: string, path: string): Promise<ProbeAnswer> {
    this.requireUp();
    const world = this.worldAt(host, path);
    const answered = world !== undefined && this.isRouted(world);
    const status = answered ? this.walls.statusFor(world.desired) : 404;
    return { answered, status, message: `${host}${path} answered ${status}` };
  }

  async endSpace({ environmentId }: Space): Promise<SpaceRemains | null> {
    this.requireUp();
    return this.remains.get(environmentId) ?? null;
  }

  /** The world is the test's, and outlives a replica. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Of several paths that fit the longest has it. */
  private worldAt(host: string, path: string): World | undefined {
    const fits = (each: Place): boolean => each.host === host && `${path}/`.startsWith(`${each.path ?? ''}/`);
    const lengthIn = ({ desired }: World): number =>
      Math.max(...placesOf(desired).map((each) => (fits(each) ? spelled(each).length : 0)));
    const [first] = [...this.worlds.values()].sort((one, other) => lengthIn(other) - lengthIn(one));
    return first && lengthIn(first) > 0 ? first : undefined;
  }

  private isRouted({ desired, instances }: World): boolean {
    const serves = instances.some((each) => each.processType === 'web' && each.state === 'ready');
    return serves && this.behaviourOf(desired).kind !== 'no-route';
  }

  private serves(instances: readonly ObservedInstance[], release: number): boolean {
    return instances.some((each) => each.release === release && each.routed);
  }

  private settle(world: World): void {
    const before = readyIn(world);
    const behaviour = this.behaviourOf(world.desired);
    const canary = this.canaryOf(world);
    const wanted = world.desired.processes.flatMap((type) => this.instancesOf(world, world.desired, type, behaviour));
    const others = world.instances.filter(
      (each) => !isOf(each, world.desired) && canary.every(({ id }) => id !== each.id),
    );
    const retired = wanted.length === 0 || retires.includes(behaviour.kind);
    world.instances = [...(retired ? [] : others), ...wanted, ...canary];
    if (readyIn(world) !== before) world.changedAt = this.now().toISOString();
    this.feed.push({ workloadId: world.desired.workloadId });
  }

  private canaryOf(world: World): ObservedInstance[] {
    const canary = asCanary(world.desired);
    const weight = world.desired.canary?.weight ?? 0;
    return (canary?.processes ?? []).flatMap((type) =>
      this.instancesOf(world, canary ?? world.desired, type, this.behaviourOf(canary ?? world.desired)).map((each) => ({
        ...each,
        routed: each.routed && weight > 0,
      })),
    );
  }

  private instancesOf(
    world: World,
    of: DesiredWorkload,
    type: DesiredProcess,
    behaviour: Behaviour,
  ): ObservedInstance[] {
    const kept = world.instances
      .filter((each) => each.processType === type.name && isOf(each, of))
      .slice(0, type.instances);
    const missing = Array.from({ length: type.instances - kept.length }, () => this.newInstance(of, type));
    return [...kept, ...missing].map((each) => behaving(each, behaviour, this.now()));
  }

  private newInstance({ release, restartToken }: DesiredWorkload, type: DesiredProcess): ObservedInstance {
    const { name: processType, cpuMillicores, memoryMib } = type;
    const { number, hash: releaseHash, artifact, configHash } = release;
    const identity = {
      id: `${processType}-${++this.made}`,
      processType,
      release: number,
      releaseHash,
      configHash,
      restartToken,
    };
    const at = this.now().toISOString();
    return {
      ...{
        ...identity,
        artifactDigest: artifact.digest,
        cpuMillicores,
        memoryMib,
        state: 'ready',
        routed: processType === 'web',
      },
      ...{ restarts: 0, startedAt: at, readySince: at, lastExit: null, trouble: null },
    };
  }

  private behaviourOf(desired: DesiredWorkload): Behaviour {
    return this.behaviours.get(desired.release.artifact.digest) ?? { kind: 'honest' };
  }

  private requireInstance(workloadId: string, instance: string): void {
    this.requireUp();
    if (this.worlds.get(workloadId)?.instances.some(({ id }) => id === instance)) return;
    throw new SessionRefused('instance_not_found', `There is no instance ${instance}.`);
  }

  private requireUp(): void {
    if (this.down) throw new RuntimeUnavailable('The fake runtime is down.');
  }
}

const readyIn = ({ instances }: World): string =>
  instances
    .filter(serves)
    .map((each) => each.id)
    .join();

const isOf = (instance: ObservedInstance, desired: DesiredWorkload): boolean =>
  instance.releaseHash === desired.release.hash && instance.restartToken === desired.restartToken;
