import type { DesiredProcess, DesiredWorkload } from '@berth/contracts/runtime';
import { join } from 'node:path';
import type { Cancel } from '../clock.js';
import type { AgentContext } from '../context.js';
import { pump } from '../logs/pump.js';
import type { WorkloadLogs } from '../logs/workload-logs.js';
import { probe, type ProbeOutcome } from '../probes/probe.js';
import type { Root } from '../processes/census.js';
import { Child } from '../processes/child.js';
import { environmentFor } from '../processes/environment.js';
import { environmentWithLinks } from '../router/link-doors.js';
import type { Identity } from '../processes/identities.js';
import { listensOn } from '../processes/listeners.js';
import type { Slug } from '../slugs/slug-store.js';
import { foldersIn, type InstanceFolder, makeInstanceFolder, removeInstanceFolder } from './instance-folder.js';
import { InstanceOutput } from './instance-output.js';
import {
  type Ended,
  ending,
  exited,
  type ExitReason,
  freshState,
  type InstanceState,
  probed,
  restarted,
  retiring,
  type RunFacts,
} from './instance-state.js';
import { UsageMeter } from './usage-meter.js';

export interface InstanceSpec {
  readonly revision: string;
  readonly process: DesiredProcess;
  readonly desired: DesiredWorkload;
  readonly slug: Slug;
}

export interface Surroundings {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: Identity | undefined;
}

/** How long an instance may wait to leave the route table; a router that is silent for longer serves nobody. */
const UNROUTE_DEADLINE = 30_000;
const FIRST_PROBE = 50;
const SLOWEST_START_PROBE = 1_000;

/** One instance at the edge: carries out what the plan says and tells when its state changed. */
export class Instance {
  readonly meter = new UsageMeter();
  readonly folder: string;
  private now: InstanceState;
  private child: Child | undefined;
  private heldPort: number | null = null;
  private run: Promise<void> = Promise.resolve();
  private ended: Promise<void> = Promise.resolve();
  private cancelProbe: Cancel = () => undefined;
  private readonly output: InstanceOutput;

  constructor(
    readonly id: string,
    /** Replaced by one of the same revision when numbers that need no restart change. */
    public spec: InstanceSpec,
    private readonly context: AgentContext,
    logs: WorkloadLogs,
    private readonly onChange: () => void,
  ) {
    this.folder = join(context.instancesFolder, id);
    this.now = freshState(this.time());
    this.output = new InstanceOutput(id, logs, context.logger);
  }

  get state(): InstanceState {
    return this.now;
  }

  get isWeb(): boolean {
    return this.spec.process.name === 'web';
  }

  /** Loopback port of the current run; null when there is none. */
  get port(): number | null {
    return this.heldPort;
  }

  /** Where its processes descend from, while it runs. */
  get root(): Root | undefined {
    return this.child?.root;
  }

  /** Where, as whom and with what its processes run; undefined while none does. */
  get surroundings(): Surroundings | undefined {
    if (!this.child) return undefined;
    const folder = foldersIn(this.folder);
    const identity = this.context.identities?.of(this.spec.desired.workloadId);
    return { folder: folder.app, environment: this.environment(folder), identity };
  }

  start(): void {
    this.run = this.runOnce();
  }

  restart(): void {
    this.change(restarted(this.now, this.time()));
    this.start();
  }

  /** Ends the current run; the instance will be started again. */
  end(reason: ExitReason): void {
    if (this.now.ending || !this.child) return;
    this.change(ending(this.now, reason));
    const gracefully = reason === 'unhealthy';
    this.ended = gracefully ? this.child.stop(this.stopDeadline) : this.child.kill();
  }

  /** Takes it from the routes, lets its requests end, ends it for good. Resolves when nothing of it is left. */
  async retire(limit = Infinity): Promise<void> {
    if (this.now.phase === 'stopping') return this.run;
    const deadline = Math.min(this.stopDeadline, limit);
    this.change(retiring(this.now));
    if (this.isWeb && this.child) await this.drain(deadline, Math.min(UNROUTE_DEADLINE, limit));
    this.ended = this.child?.stop(deadline) ?? Promise.resolve();
    await this.run;
    await removeInstanceFolder(this.folder);
  }

  /** Ends everything at once. */
  async destroy(): Promise<void> {
    this.change(retiring(this.now));
    await this.child?.kill();
    await this.run;
  }

  private async drain(deadline: number, unrouteDeadline: number): Promise<void> {
    await this.context.routes.gone(this.id, unrouteDeadline);
    await this.context.router
      .drain(this.id, deadline)
      .catch((error: unknown) =>
        this.context.logger.warn({ err: error, instance: this.id }, 'the router did not drain the instance'),
      );
  }

  /** From the choice of a port to the end of the last process. Never rejects. */
  private async runOnce(): Promise<void> {
    this.output.forgetEvidence();
    const end = await this.spawnAndWait().catch((error: Error): Ended => ({
      code: null,
      signal: null,
      spawnError: error.message,
    }));
    await this.leaveCgroup();
    const facts = this.facts();
    this.child = undefined;
    if (this.heldPort !== null) this.context.ports.release(this.heldPort);
    this.heldPort = null;
    this.context.ledger.forget(this.id);
    this.change(exited(this.now, end, this.context.tuning, facts));
    await this.output.write('platform', [`Ended: ${describeEnd(end, this.now)}`]);
  }

  private async spawnAndWait(): Promise<Ended> {
    const identity = this.context.identities?.of(this.spec.desired.workloadId);
    const { desired, process, slug } = this.spec;
    const folder = await makeInstanceFolder(this.folder, slug.folder, identity, desired.files);
    await this.context.volumes.make(desired.workloadId, process.volumes, identity);
    if (this.isWeb) this.heldPort = await this.context.ports.take();
    if (this.now.phase === 'stopping') return { code: null, signal: null };
    const environment = this.environment(folder);
    const { cgroups } = this.context;
    const { command } = process;
    cgroups?.make(this.id, this.spec.process);
    const base = { instanceId: this.id, command, folder: folder.app, environment, identity };
    const child = new Child(cgroups ? { ...base, admit: (pid) => cgroups.admit(this.id, pid) } : base, this.context);
    this.child = child;
    this.probeAfter(this.isWeb ? FIRST_PROBE : this.context.tuning.workerReady);
    return this.waitFor(child);
  }

  private async waitFor(child: Child): Promise<Ended> {
    const { clock, tuning } = this.context;
    const outputs = Object.entries(child.outputs ?? {});
    const readers = outputs.map(([name, stream]) =>
      pump(stream, (lines) => this.output.write(name as 'stdout', lines), clock, tuning.logBytesPerSecond),
    );
    const end = await child.ended;
    this.cancelProbe();
    await this.ended; // a stop in progress gives the rest of the family its time
    await child.kill();
    await child.finishOutputs(Promise.allSettled(readers));
    return end;
  }

  /** Never rejects: a group that stays behind holds nothing, and the next agent takes it away. */
  private async leaveCgroup(): Promise<void> {
    const { cgroups, logger } = this.context;
    if (!cgroups) return;
    try {
      if (!this.now.ending && cgroups.ranOutOfMemory(this.id)) this.change(ending(this.now, 'out_of_memory'));
      await cgroups.release(this.id);
    } catch (error) {
      logger.warn({ err: error, instance: this.id }, 'the cgroup of an instance was not left cleanly');
    }
  }

  private probeAfter(milliseconds: number): void {
    const { child } = this;
    this.cancelProbe = this.context.clock.after(milliseconds, () => {
      if (child && child === this.child) void this.probeOnce(child, milliseconds);
    });
  }

  private async probeOnce(child: Child, waited: number): Promise<void> {
    const { health } = this.spec.process;
    const outcome = await this.askOnce(child);
    if (child !== this.child) return;
    this.change(probed(this.now, outcome, health.failureThreshold, this.facts()));
    if (!this.isWeb || this.now.phase === 'stopping') return;
    const starting = this.now.phase === 'starting';
    this.probeAfter(starting ? Math.min(SLOWEST_START_PROBE, waited * 1.5) : health.intervalSeconds * 1_000);
  }

  private async askOnce(child: Child): Promise<ProbeOutcome> {
    // A process without a port has no other sign of health than that it still runs.
    if (this.heldPort === null) return { ok: true };
    const { path, timeoutSeconds } = this.spec.process.health;
    const outcome = await probe(this.heldPort, path, timeoutSeconds * 1_000);
    if (!outcome.ok || this.now.phase !== 'starting' || !child.root) return outcome;
    const family = this.context.census.familyOf(child.root).map(({ pid }) => pid);
    if (listensOn(this.heldPort, family) !== false) return outcome;
    return { ok: false, listening: false, message: `another process listens on port ${this.heldPort}` };
  }

  private environment(folder: InstanceFolder): Record<string, string> {
    const { desired, process, slug } = this.spec;
    return environmentFor({
      instanceId: this.id,
      processType: process.name,
      release: desired.release.number,
      config: environmentWithLinks(desired),
      launch: slug.launch,
      slugFolder: folder.app,
      home: folder.home,
      temporary: folder.temporary,
      files: desired.files?.length ? folder.files : null,
      volumes: this.context.volumes.environmentOf(desired.workloadId, process.volumes),
      toolPath: this.context.toolPath,
      port: this.heldPort,
    });
  }

  private facts(): RunFacts {
    const { memoryMib } = this.spec.process;
    return { now: this.time(), evidence: this.output.evidence, memoryMib, port: this.heldPort };
  }

  private change(next: InstanceState): void {
    if (next === this.now) return;
    this.now = next;
    this.onChange();
  }

  private time(): number {
    return this.context.clock.now().getTime();
  }

  private get stopDeadline(): number {
    return this.spec.desired.stopDeadlineSeconds * 1_000;
  }
}

function describeEnd(end: Ended, state: InstanceState): string {
  const how = end.spawnError ?? (end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`);
  return state.trouble ? `${how}. ${state.trouble.message}` : how;
}
