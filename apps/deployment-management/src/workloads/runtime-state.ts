import { Access } from '@berth/access';
import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import { type Artifact, storageMibIn } from '@berth/contracts/events';
import type { DesiredWorkload, InstanceTraffic, ObservedWorkload } from '@berth/contracts/runtime';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import type { CanarySupport, Runtime } from '../runtime/runtime.js';
import { EnvironmentsRepository } from '../environments/environments.repository.js';
import { Runtimes } from '../runtime/runtimes.js';
import { nextStepFor } from '../runtime/artifact-kinds.js';
import { RegistryLogins } from '../pull-credentials/registry-logins.js';
import { ReleaseConfigs } from '../releases/release-configs.js';
import type { WorkloadRow } from './workload.js';
import { holeIn, isProtected } from '../protections/protection.js';
import { bringsBack, desiredWorkload, isComingBack, type Stated, statedFor } from './desired-workload.js';
import type { WorkloadView } from './workload-views.js';

/** What is desired, and what is there after it was stated. */
export interface Brought {
  readonly desired: DesiredWorkload;
  readonly observed: ObservedWorkload | null;
}

type Place = Pick<DesiredWorkload, 'organizationId' | 'environmentId'>;
type Parts = Pick<DesiredWorkload, 'environment' | 'files' | 'links' | 'registries' | 'environmentKind'>;

/** What the reconciler asks of the runtime for one workload. */
@Injectable()
export class RuntimeState {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly configs: ReleaseConfigs,
    private readonly access: Access,
    private readonly logins: RegistryLogins,
    private readonly environments: EnvironmentsRepository,
    private readonly database: Database,
  ) {}

  /** `at`: on another cluster than the one that answers for the workload; so in all that follows. */
  async observe(workloadId: string, signal: AbortSignal, at?: ClusterPointer): Promise<ObservedWorkload | null> {
    return (await this.runtimeOf(workloadId, at)).observe(workloadId, signal);
  }

  async remove(workloadId: string, signal: AbortSignal, at: ClusterPointer): Promise<void> {
    return (await this.runtimes.at(at)).remove(workloadId, signal);
  }

  /**
   * States the desired state when the runtime does not have it yet, and answers what is there. Secrets are opened only then.
   * A runtime that lost the workload in the middle of a rollout gets back first what was live: something has to serve while
   * the new release proves itself. Once it was found live, that is stated, too: what it replaced need be held no longer.
   */
  async bring(
    { workload, former, moving }: Pick<WorkloadView, 'workload' | 'former' | 'moving'>,
    release: Release,
    observed: ObservedWorkload | null,
    signal: AbortSignal,
    at?: ClusterPointer,
  ): Promise<Brought> {
    const stated = statedFor({ workload, former, moving }, release);
    const { desired } = stated;
    const isKnown = observed !== null && observed.observedGeneration >= desired.generation;
    if (isKnown && (moving || !observed.onTrial)) return { desired, observed };
    const back = former && stated.release !== former ? bringsBack(workload, former) : undefined;
    if (back && isComingBack(observed)) return { desired, observed };
    if (former && back && !observed && !(await this.refusalOf(former)))
      return { desired, observed: await this.state({ desired: back, release: former }, undefined, signal, at) };
    const beside = stated.canary ?? (moving && former);
    return { desired, observed: await this.state(stated, beside, signal, at) };
  }

  async canarySupport(workloadId: string): Promise<CanarySupport> {
    return (await this.runtimes.of(workloadId)).canaries;
  }

  async traffic(workloadId: string, signal: AbortSignal): Promise<InstanceTraffic[]> {
    return (await this.runtimes.of(workloadId)).traffic(workloadId, signal);
  }

  /** Why the runtime could not run a release at all; undefined when nothing is known against it. */
  async refusalOf(release: Release): Promise<Failure | undefined> {
    const runtimes = (await this.runtimes.allOf(release.workloadId)).map(({ runtime }) => runtime);
    if (runtimes.some(({ artifactKinds }) => artifactKinds.length === 0)) return stranded;
    if (runtimes.some(({ artifactKinds }) => !artifactKinds.includes(release.artifact.kind)))
      return unfit(release.artifact);
    if (isPatched(release) && runtimes.some(({ patches }) => !patches)) return unpatchable;
    const [revoked] = await this.configs.revokedIn(release);
    if (revoked) {
      return refusal(
        'config_invalid',
        `Version ${revoked.number} of the secret ${revoked.name} was revoked.`,
        'Deploy again: the current version takes its place.',
      );
    }
    try {
      await this.configs.givenTo(release);
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refusal('config_invalid', message, 'Set the secret again (berth secrets set) and deploy.');
    }
  }

  /**
   * Why the cluster would not take the pods of a release as they are patched; null when it would, or when nothing of the
   * environment is there yet. Nothing is written. @throws RuntimeUnavailable
   */
  async patchRefusal(workload: WorkloadRow, release: Release, signal: AbortSignal): Promise<string | null> {
    if (!isPatched(release)) return null;
    const runtime = await this.runtimes.of(workload.id);
    return runtime.refusalOfPatches(await this.withoutConfig(workload, release), signal);
  }

  /** As a failure of the deployment that brings it about, which makes what has to be there to be asked. */
  async patchFailure(workload: WorkloadRow, release: Release, signal: AbortSignal): Promise<Failure | undefined> {
    if (!isPatched(release)) return undefined;
    const runtime = await this.runtimes.of(workload.id);
    await runtime.makeSpace(await this.withoutConfig(workload, release), signal);
    const refused = await this.patchRefusal(workload, release, signal);
    if (refused === null) return undefined;
    const next = 'Change the patch (berth patch set) or take it away (berth patch unset), and deploy again.';
    return refusal('policy_denied', `The cluster does not take pods with this patch: ${refused}`, next);
  }

  /** Why it would be open to everybody although it is protected, as a failure of the deployment that would bring it there. */
  async protectionFailure({ id, protection }: WorkloadRow, signal: AbortSignal): Promise<Failure | undefined> {
    if (!isProtected(protection)) return undefined;
    for (const { runtime } of await this.runtimes.allOf(id)) {
      const refused = await runtime.refusalOfProtection(signal);
      if (refused !== null) return refusal('config_invalid', `Nobody can be kept out of it: ${refused}`, unprotect);
    }
    return undefined;
  }

  private async withoutConfig(workload: WorkloadRow, release: Release): Promise<DesiredWorkload> {
    const registries = await this.logins.of(workload.organizationId);
    return { ...desiredWorkload(workload, release, {}), registries, ...(await this.quotaOf(workload.organizationId)) };
  }

  /**
   * Proof that users get an answer: null when its own host leads to an instance, else what that said. What is the matter with a
   * customer's domain is no reason to refuse a release. One without routed instances has no route.
   */
  async silentRoute(desired: DesiredWorkload, signal: AbortSignal, at?: ClusterPointer): Promise<string | null> {
    const web = desired.processes.find((type) => type.name === 'web');
    if (!web || web.instances === 0) return null;
    const runtime = await this.runtimeOf(desired.workloadId, at);
    for (const host of desired.hosts.slice(0, 1)) {
      const { answered, status, message } = await runtime.probe(host, web.health.path ?? '/', signal);
      if (!answered) return message;
      const hole = holeIn(desired.protection, status);
      if (hole !== null) return `${message}: ${hole}`;
    }
    return null;
  }

  /** Instances of the release before go on for a while, and reach what they reached. */
  private async state(
    { desired, release, canary }: Stated,
    former: Release | undefined,
    signal: AbortSignal,
    at?: ClusterPointer,
  ): Promise<ObservedWorkload | null> {
    const runtime = await this.runtimeOf(desired.workloadId, at);
    const quota = await this.quotaOf(desired.organizationId);
    const parts = await this.partsFor(runtime, desired, release, former);
    const beside = canary && (await this.canaryParts(desired, canary));
    await runtime.apply({ ...desired, ...quota, ...parts, ...beside }, signal);
    return runtime.observe(desired.workloadId, signal);
  }

  private async canaryParts({ canary }: DesiredWorkload, release: Release): Promise<Pick<DesiredWorkload, 'canary'>> {
    const given = await this.configs.givenTo(release);
    return canary ? { canary: { ...canary, ...given, ...(await this.configs.linksOf(release)) } } : {};
  }

  /** What is looked up, and opened, only when something is stated: variables, files, links and passwords. */
  async partsFor(runtime: Runtime, place: Place, release: Release, former?: Release): Promise<Parts> {
    const given = await this.configs.givenTo(release);
    const links = await this.configs.linksOf(release, former);
    return {
      ...given,
      ...links,
      ...(await this.registriesFor(runtime, place)),
      ...(await this.kindFor(runtime, place)),
    };
  }

  /** Passwords go only where images are pulled. */
  private async registriesFor(
    { artifactKinds }: Runtime,
    { organizationId }: Pick<DesiredWorkload, 'organizationId'>,
  ): Promise<Pick<DesiredWorkload, 'registries'>> {
    return artifactKinds.includes('image') ? { registries: await this.logins.of(organizationId) } : {};
  }

  /** Which gives way to which is known to clusters alone. */
  private async kindFor(
    { patches: makesPods }: Runtime,
    { environmentId }: Place,
  ): Promise<Pick<DesiredWorkload, 'environmentKind'>> {
    const environment = makesPods ? await this.environments.find(this.database, environmentId) : undefined;
    return environment ? { environmentKind: environment.kind } : {};
  }

  private runtimeOf(workloadId: string, at: ClusterPointer | undefined): Promise<Runtime> {
    return at ? this.runtimes.at(at) : this.runtimes.of(workloadId);
  }

  /** As it is now: what was stated before learns of a change when it is stated again. */
  private async quotaOf(organizationId: string): Promise<Pick<DesiredWorkload, 'quota'>> {
    const quota = await this.access.quotaOf(organizationId);
    if (!quota) return {};
    const { cpuMillicores, memoryMib } = quota;
    return { quota: { cpuMillicores, memoryMib, storageMib: storageMibIn(quota) } };
  }
}

/** Said before, when the deployment was asked for; the placement may have changed since. */
const unfit = ({ kind }: Artifact): Failure =>
  refusal('image_invalid', `The runtime of this workload does not run artifacts of kind ${kind}.`, nextStepFor(kind));

const refusal = (cause: Failure['cause'], message: string, nextStep: string): Failure => ({
  cause,
  message,
  evidence: ['No instance was touched.'],
  nextStep,
});

const unprotect = 'Move it to a cluster that can, or take its protection away (berth protect off).';

const isPatched = ({ processes }: Release): boolean => processes.some(({ patch }) => patch !== undefined);

const unpatchable = refusal(
  'config_invalid',
  'The release has patches, and the runtime of this workload makes no pods that could be patched.',
  'Take them away (berth patch unset) and deploy again.',
);

const stranded = refusal(
  'runtime_unavailable',
  'The cluster of this workload was removed from the platform.',
  'Move it to another one first (berth apps move).',
);
