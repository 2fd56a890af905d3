import type { ObservedInstance } from '@berth/contracts/runtime';
import { priorityName, priorityNames } from '@berth/kubernetes';
import {
  type Condition,
  conditionOf,
  type ContainerStatus,
  type Deployment,
  type Pod,
  type StartupProbe,
  type Terminated,
} from './cluster-objects.js';

export type Trouble = NonNullable<ObservedInstance['trouble']>;

type ImageTest = readonly [pattern: RegExp, cause: Trouble['cause']];

/** What registries and kubelets say, from the narrow to the wide. */
const imageWords: readonly ImageTest[] = [
  [/unauthori[sz]ed|denied|forbidden|authentication required/i, 'image_denied'],
  [/not found|manifest unknown|no such/i, 'image_not_found'],
  [/invalid|no match for platform|unsupported/i, 'image_invalid'],
];

const troubleOf = (cause: Trouble['cause'], message: string, evidence: readonly (string | undefined)[]): Trouble => ({
  cause,
  message,
  evidence: evidence.filter((line): line is string => line !== undefined && line !== ''),
});

/** Why a pod is not ready, as far as the cluster can tell; null while it starts normally, is ready, or ends. */
export function podTrouble(pod: Pod): Trouble | null {
  const [status] = pod.status?.containerStatuses ?? [];
  const probe = pod.spec.containers[0]?.startupProbe;
  return (status && (lateTrouble(status, probe) ?? containerTrouble(status))) ?? schedulingTrouble(pod);
}

function schedulingTrouble(pod: Pod): Trouble | null {
  const scheduled = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (scheduled?.reason !== 'Unschedulable') return null;
  return troubleOf('unschedulable', placeless(scheduled.message), [
    scheduled.message,
    ...waysGiven(pod.spec.priorityClassName),
  ]);
}

/** The scheduler's words name what each node lacks; a volume that is being made keeps a pod from all of them. */
const placeless = (message = ''): string =>
  /volume/i.test(message) && !/insufficient/i.test(message)
    ? 'Its volume is not there yet, or no node can reach it.'
    : 'No node of the cluster has room for it.';

const yielding = priorityNames.filter((name) => name !== priorityName('production'));

/** As evidence of who has no room: whether it had it before is known to nobody once the pod that had it is gone. */
export const waysGiven = (priorityClassName = ''): string[] =>
  yielding.includes(priorityClassName)
    ? ['Its environment is not production: where a cluster is short of room it gives way to what is.']
    : [];

function containerTrouble(status: ContainerStatus): Trouble | null {
  const waiting = status.state?.waiting;
  const said = [waiting?.reason, waiting?.message];
  switch (waiting?.reason ?? '') {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return troubleOf(imageCause(waiting?.message), 'The image cannot be pulled.', said);
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return troubleOf('image_invalid', 'The image cannot be used.', said);
    case 'CreateContainerConfigError':
      return configTrouble(waiting?.message ?? '', said);
    case 'CreateContainerError':
    case 'RunContainerError':
      return troubleOf('start_failed', 'The container could not be started.', said);
    default:
      return endTrouble(status) ?? unreadyTrouble(status);
  }
}

const imageCause = (message = ''): Trouble['cause'] =>
  imageWords.find(([pattern]) => pattern.test(message))?.[1] ?? 'image_not_found';

function configTrouble(message: string, said: (string | undefined)[]): Trouble {
  if (/runAsNonRoot|run as root|non-numeric user/i.test(message))
    return troubleOf('image_needs_root', 'The image runs as root, which no workload may.', said);
  return troubleOf('config_invalid', 'The container could not be given its configuration.', said);
}

/** The kubelet needs about as long to end what did not start in time. */
const SLACK_MILLISECONDS = 15_000;

/** It was ended because it had not started within its deadline, which is not written down: only how long it lived is. */
function lateTrouble({ started, lastState, state }: ContainerStatus, probe: StartupProbe | undefined): Trouble | null {
  const end = state?.terminated ?? lastState?.terminated;
  if (!probe || started || !end || end.reason === 'OOMKilled') return null;
  const deadline = (probe.periodSeconds ?? 0) * (probe.failureThreshold ?? 0);
  const late = Date.parse(end.finishedAt ?? '') - Date.parse(end.startedAt ?? '') - deadline * 1_000;
  if (!(late >= 0 && late < SLACK_MILLISECONDS)) return null;
  const said = [`It ran for ${deadline} seconds and was ended.`, ...linesOf(end)];
  if (probe.tcpSocket) return troubleOf('port_not_bound', 'Nothing listens on its port.', said);
  return troubleOf('health_check_failed', 'It runs, but its health check does not succeed.', said);
}

/** What it printed last, where the cluster kept it. */
const linesOf = ({ message = '' }: Terminated): string[] => message.split('\n').filter((line) => line !== '');

/** It ended, and is down or will be started again. */
function endTrouble({ state, lastState, restartCount }: ContainerStatus): Trouble | null {
  const end = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
  if (!end) return null;
  const evidence = [`It ended with ${end.exitCode}${end.reason ? ` (${end.reason})` : ''}.`, ...linesOf(end)];
  if (end.reason === 'OOMKilled') return troubleOf('out_of_memory', 'It needed more memory than it may use.', evidence);
  if (restartCount === 0 && end.exitCode >= 126 && end.exitCode <= 127)
    return troubleOf('start_failed', 'Its command could not be run.', evidence);
  return troubleOf('crash_loop', `It ended with ${end.exitCode}.`, evidence);
}

function unreadyTrouble({ state, started, ready }: ContainerStatus): Trouble | null {
  if (!state?.running || !started || ready) return null;
  return troubleOf('health_check_failed', 'It runs, but its health check does not succeed.', []);
}

/** Waiting for these helps nobody: each is wrong with what was asked for. */
const conclusive: readonly Trouble['cause'][] = [
  ...(['image_not_found', 'image_denied', 'image_invalid', 'image_needs_root', 'config_invalid'] as const),
];

/** A trouble of the workload as a whole, from its pods of the wanted release and from what makes pods. */
export function workloadTrouble(pods: readonly Trouble[], deployments: readonly Deployment[]): Trouble | null {
  const found = pods.find(({ cause }) => conclusive.includes(cause));
  if (found) return found;
  const failures = deployments.map(({ status }) => conditionOf(status?.conditions, 'ReplicaFailure'));
  const failure = failures.find((each) => each?.status === 'True');
  return failure ? admissionTrouble(failure) : null;
}

/** No pod could even be made. */
export function admissionTrouble({ message = '' }: Pick<Condition, 'message'>): Trouble | null {
  if (/exceeded quota/.test(message))
    return troubleOf('quota_exceeded', 'The environment may not use as much as it would need.', [message]);
  if (/violates PodSecurity|admission webhook .* denied|no PriorityClass with name/.test(message))
    return troubleOf('policy_denied', 'A policy of the cluster refuses its pods.', [message]);
  return null;
}
