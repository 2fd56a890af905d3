import type { Failure } from '@berth/contracts/common';
import {
  asCanary,
  type DesiredProcess,
  type DesiredWorkload,
  type ObservedInstance,
  type ObservedWorkload,
  serves,
} from '@berth/contracts/runtime';

/** How far the instances are from what is desired. */
export type Rollout =
  /** `hindrance`: what keeps it from going on, as far as the runtime can tell. When it does so until the deadline, that is the cause. */
  | { readonly kind: 'progressing'; readonly message: string; readonly hindrance?: Failure }
  | { readonly kind: 'rolled' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** For whatever a runtime may report. What other parts of the platform find brings its own next step. */
const nextSteps: Partial<Record<Failure['cause'], string>> = {
  start_failed: 'Run the start command on your machine and mend what it prints.',
  crash_loop: 'Read the last lines above and the logs of the instance, mend the crash and deploy again.',
  out_of_memory: 'Give the process more memory (berth ps scale web=1 --memory 512Mi) or make it use less.',
  port_not_bound: 'Listen on the port in the PORT variable, on 127.0.0.1 or 0.0.0.0.',
  health_check_failed: 'Make the health check path answer 200 to 399, or change the path.',
  storage_full: 'Free disk space on the host and deploy again.',
  unschedulable:
    'Read what the cluster says above: ask for less CPU or memory, or let the administrator add room or see to its storage.',
  quota_exceeded: 'Scale down or delete what is not needed, or ask an administrator to raise the quota.',
  policy_denied: 'Change what the policy names, or ask an administrator about it.',
  image_not_found: 'Check the name and the tag of the image, and that it was pushed.',
  image_denied: 'Give the platform credentials that may pull the image: berth pull-credentials add REGISTRY.',
  image_invalid: 'Build the image for the platform of the cluster, and push it again.',
  image_needs_root: 'Let the image run as another user than root.',
  release_command_failed: 'Run the release command on your machine and mend what it prints.',
  route_failed: 'Deploy again; if it persists, ask the administrator about the gateway.',
  runtime_unavailable: 'Deploy again; if it persists, ask the administrator of the platform.',
};

/**
 * What may pass without anybody changing the release: what others hold may become free, nodes may be added. It is waited for
 * until the deadline, whoever waits: a deployment, a canary or a move.
 */
const passing: readonly Failure['cause'][] = ['quota_exceeded', 'unschedulable'];
export const mayPass = ({ cause }: Pick<Failure, 'cause'>): boolean => passing.includes(cause);

/** An instance that runs exactly what is desired and serves. */
export const isCurrent = (instance: ObservedInstance, desired: DesiredWorkload): boolean =>
  instance.releaseHash === desired.release.hash &&
  instance.artifactDigest === desired.release.artifact.digest &&
  instance.configHash === desired.release.configHash &&
  instance.restartToken === desired.restartToken;

/** Kept running without requests by the runtime for a moment, so that there is something to fall back to. */
const isHeld = ({ processType, routed, state }: ObservedInstance): boolean =>
  processType === 'web' && state === 'ready' && !routed;

/** Live means observed: every desired instance ready with the intended artifact and config, and none of another release serving. */
export function judgeRollout(desired: DesiredWorkload, observed: ObservedWorkload | null): Rollout {
  if (!observed || observed.observedGeneration < desired.generation)
    return progressing('The runtime has not begun yet');
  const trouble = conclusiveTrouble(desired, observed);
  if (trouble) return mayPass(trouble) ? waiting(trouble) : { kind: 'failed', failure: trouble };
  // Nor do its instances count as those of the workload.
  if (observed.canaryLeaves) return progressing('Requests are being led away from a canary');
  const serving = observed.instances.filter((each) => each.state !== 'stopping');
  const missing = desired.processes.flatMap((type) => lackOf(type, serving, desired));
  if (missing.length > 0) return hindered(missing.join(', '), firstTrouble(desired, observed));
  const canary = asCanary(desired);
  const isWanted = (each: ObservedInstance): boolean =>
    isCurrent(each, desired) || (canary !== undefined && isCurrent(each, canary));
  const old = serving.filter((each) => !isWanted(each) && !isHeld(each)).length;
  return old > 0 ? progressing(`${old} instances of an earlier release are still there`) : { kind: 'rolled' };
}

/** Whether anything of it does what it is paid for, where something is to: a gateway may list instances later than they are ready. */
export const isServed = ({ processes }: DesiredWorkload, observed: ObservedWorkload | null): boolean =>
  processes.every(({ instances }) => instances === 0) || (observed?.instances ?? []).some(serves);

function lackOf(
  { name: type, instances: wanted, autoscaling }: DesiredProcess,
  serving: readonly ObservedInstance[],
  desired: DesiredWorkload,
): string[] {
  const ready = serving.filter(
    (each) => each.processType === type && each.state === 'ready' && isCurrent(each, desired),
  ).length;
  // How many there are between its bounds is the runtime's to choose, and to change at any time.
  const isEnough = autoscaling ? ready >= autoscaling.min : ready === wanted;
  return isEnough ? [] : [`${ready} of ${wanted} ${type} instances are ready`];
}

/** A first crash may be chance; a second one, or anything the runtime waited its own deadline for, is not. */
function conclusiveTrouble(desired: DesiredWorkload, observed: ObservedWorkload): Failure | undefined {
  const failing = inTrouble(desired, observed).find(({ restarts }) => restarts >= 1);
  const troubles = [observed.trouble, failing?.trouble].flatMap((each) => each ?? []);
  // That there is no room for one instance hides nothing of another that crashes.
  const trouble = troubles.find((each) => !mayPass(each)) ?? troubles[0];
  return trouble && failureOf(trouble, observed);
}

/** It proves nothing yet. What may take long comes first. */
function firstTrouble(desired: DesiredWorkload, observed: ObservedWorkload): Failure | undefined {
  const [first, ...others] = inTrouble(desired, observed).flatMap(({ trouble }) => trouble ?? []);
  const trouble = [first, ...others].find((each) => each && mayPass(each)) ?? first;
  return trouble && failureOf(trouble, observed);
}

const inTrouble = (desired: DesiredWorkload, { instances }: ObservedWorkload): ObservedInstance[] =>
  instances.filter(
    (each) => each.trouble !== null && each.state !== 'ready' && each.state !== 'stopping' && isCurrent(each, desired),
  );

function failureOf(trouble: NonNullable<ObservedWorkload['trouble']>, observed: ObservedWorkload): Failure {
  const evidence = trouble.evidence.length > 0 ? trouble.evidence : instancesIn(observed);
  return failureFor(trouble.cause, trouble.message, evidence);
}

/** With the next step that goes with its cause. */
export const failureFor = (cause: Failure['cause'], message: string, evidence: readonly string[]): Failure => ({
  cause,
  message: message.slice(0, 1_000),
  evidence: evidence.slice(-50).map((line) => line.slice(0, 2_000)),
  nextStep: nextSteps[cause] ?? 'Read the evidence and the logs, then deploy again.',
});

/** One line for each instance: what it does, and how it ended last. */
export const instancesIn = ({ instances }: ObservedWorkload): string[] =>
  instances.length === 0 ? ['No instance is there.'] : instances.map(lineOf);

function lineOf({ id, release, state, restarts, lastExit }: ObservedInstance): string {
  const ended = lastExit ? `, ended last with ${lastExit.signal ?? `code ${lastExit.code}`} (${lastExit.reason})` : '';
  return `${id}: v${release}, ${state}, ${restarts} restarts${ended}`;
}

export const evidenceOf = (observed: ObservedWorkload | null): string[] =>
  (observed?.instances ?? []).flatMap((each) => each.trouble?.evidence ?? []).slice(-50);

const progressing = (message: string): Rollout => ({ kind: 'progressing', message });
const waiting = (hindrance: Failure): Rollout => ({ kind: 'progressing', message: hindrance.message, hindrance });

/** What may take long is what is to be read of it. */
function hindered(message: string, hindrance: Failure | undefined): Rollout {
  if (!hindrance) return progressing(message);
  return mayPass(hindrance) ? waiting(hindrance) : { kind: 'progressing', message, hindrance };
}
