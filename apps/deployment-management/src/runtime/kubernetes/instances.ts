import type { InstanceExit, ObservedInstance } from '@berth/contracts/runtime';
import { labelNames, processNameIn } from '@berth/kubernetes';
import { conditionOf, type ContainerStatus, type Pod, type Terminated } from './cluster-objects.js';
import { podTrouble } from './troubles.js';

/** Which the cluster puts on every pod of a StatefulSet. */
const STATEFUL_POD = 'statefulset.kubernetes.io/pod-name';

/**
 * `web-55b87bc697-hjkfk`: process type, and what the cluster added to make the pod's name unique. One that keeps its name
 * when it is replaced (`db-0`) is told apart by its uid.
 */
export function instanceId({ metadata }: Pod): string {
  const parts = metadata.name.split('-');
  const keepsItsName = metadata.labels?.[STATEFUL_POD] !== undefined;
  const own = keepsItsName ? [...parts.slice(-1), (metadata.uid ?? '').slice(0, 8)] : parts.slice(-2);
  return [processNameIn(metadata.labels), ...own].join('-');
}

/** Pods that the platform made, as instances; others (a person's, a job's) are not. */
export function instancesOf(pods: readonly Pod[], isRouted: (pod: Pod) => boolean): ObservedInstance[] {
  return pods.filter(isInstance).map((pod) => instanceOf(pod, isRouted(pod)));
}

const isInstance = ({ metadata, status }: Pod): boolean =>
  metadata.annotations?.[labelNames.releaseHash] !== undefined &&
  !['Succeeded', 'Failed'].includes(status?.phase ?? '');

function instanceOf(pod: Pod, isRouted: boolean): ObservedInstance {
  const { metadata, status } = pod;
  const said = metadata.annotations ?? {};
  const [container] = status?.containerStatuses ?? [];
  const state = stateOf(pod, container);
  return {
    id: instanceId(pod),
    processType: processNameIn(metadata.labels),
    release: Number(said[labelNames.release]),
    releaseHash: said[labelNames.releaseHash] ?? '',
    artifactDigest: digestOf(pod),
    configHash: said[labelNames.configHash] ?? '',
    restartToken: said[labelNames.restartToken] ?? '',
    ...sizeOf(pod),
    state,
    routed: isRouted && state === 'ready',
    restarts: container?.restartCount ?? 0,
    startedAt: instant(status?.startTime ?? metadata.creationTimestamp),
    readySince: state === 'ready' ? instant(conditionOf(status?.conditions, 'Ready')?.lastTransitionTime) : null,
    lastExit: lastExitOf(container),
    trouble: state === 'ready' || state === 'stopping' ? null : podTrouble(pod),
  };
}

/** From the image that runs, not from what somebody wrote beside it. */
const digestOf = ({ spec }: Pod): string => spec.containers[0]?.image.split('@').at(-1) ?? '';

function stateOf({ metadata, status }: Pod, container: ContainerStatus | undefined): ObservedInstance['state'] {
  if (metadata.deletionTimestamp !== undefined) return 'stopping';
  if (conditionOf(status?.conditions, 'Ready')?.status === 'True') return 'ready';
  if (container?.state?.terminated || container?.state?.waiting?.reason === 'CrashLoopBackOff') return 'backoff';
  return container?.state?.running && container.started ? 'unready' : 'starting';
}

function sizeOf({ spec }: Pod): Pick<ObservedInstance, 'cpuMillicores' | 'memoryMib'> {
  const limits = spec.containers[0]?.resources?.limits ?? {};
  return {
    cpuMillicores: Math.round(quantity(limits['cpu']) * 1_000),
    memoryMib: quantity(limits['memory']) / 1_048_576,
  };
}

function lastExitOf(container: ContainerStatus | undefined): InstanceExit | null {
  const end = container?.state?.terminated ?? container?.lastState?.terminated;
  return end ? exitOf(end) : null;
}

export const exitOf = (end: Terminated): InstanceExit => ({
  ...{ code: end.exitCode, signal: end.signal ? String(end.signal) : null, at: instant(end.finishedAt) },
  reason: end.reason === 'OOMKilled' ? 'out_of_memory' : 'exited',
});

/** The cluster's times are whole seconds. */
export const instant = (time: string | undefined): string => new Date(time ?? 0).toISOString();

const suffixes: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as a number of its base unit: `250m` is 0.25, `1Mi` is 1,048,576. */
export function quantity(text: string | undefined): number {
  const [, digits = '0', suffix = ''] = /^([0-9.]+(?:[eE][0-9]+)?)([A-Za-z]*)$/.exec(text ?? '0') ?? [];
  return Number(digits) * (suffixes[suffix] ?? 1);
}
