import type { InstanceExit, ObservedTask } from '@berth/contracts/runtime';
import { conditionOf, type Job, type Pod } from './cluster-objects.js';
import { exitOf, instanceId, instant } from './instances.js';
import { podTrouble, waysGiven } from './troubles.js';

/** What the cluster says of a Job and its one pod. */
export function taskIn(taskId: string, job: Job, pods: readonly Pod[]): ObservedTask {
  const [pod] = pods;
  const [container] = pod?.status?.containerStatuses ?? [];
  const end = container?.state?.terminated;
  const common = {
    taskId,
    instance: pod ? instanceId(pod) : null,
    startedAt: pod?.status?.startTime === undefined ? null : instant(pod.status.startTime),
  };
  const isOver = isTrue(job, 'Complete') || isTrue(job, 'Failed');
  if (isOver) return { ...common, state: 'ended', exit: end ? exitOf(end) : exitIn(job), trouble: failureOf(job, pod) };
  const state = container?.state?.running || end ? 'running' : 'starting';
  return { ...common, state, exit: null, trouble: pod && !end ? podTrouble(pod) : null };
}

const isTrue = ({ status }: Job, type: string): boolean => conditionOf(status?.conditions, type)?.status === 'True';

/** Its pod is gone, and with it the code that it ended with. */
function exitIn(job: Job): InstanceExit {
  const over = conditionOf(job.status?.conditions, isTrue(job, 'Complete') ? 'Complete' : 'Failed');
  const code = isTrue(job, 'Complete') ? 0 : null;
  return { code, signal: null, at: instant(over?.lastTransitionTime), reason: code === 0 ? 'exited' : 'lost' };
}

function failureOf(job: Job, pod: Pod | undefined): ObservedTask['trouble'] {
  const failed = conditionOf(job.status?.conditions, 'Failed');
  if (failed?.status !== 'True') return null;
  const evidence = [`${failed.reason ?? 'Failed'}: ${failed.message ?? ''}`];
  // A pod that failed by itself is there for as long as its Job.
  if (pod || failed.reason !== 'BackoffLimitExceeded')
    return { cause: 'release_command_failed', message: 'Its Job failed.', evidence };
  const message = 'Its pod was taken away before it was over.';
  const given = waysGiven(job.spec?.template?.spec?.priorityClassName);
  return { cause: 'release_command_failed', message, evidence: [...evidence, ...given] };
}
