import type { DesiredTask } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { filesSecret } from './files.manifests.js';
import { names, taskLabels } from './labels.js';
import { environmentWithLinks, linkPolicies } from './links.manifests.js';
import { taskObjectName } from './names.js';
import { basePodSpec, baseContainer } from './pod.manifest.js';
import { priorityOf } from './priority.manifests.js';
import { pullSecret, pullsWith } from './pull-secret.manifest.js';
import { encoded } from './secret-data.js';
import type { ClusterSettings } from './settings.js';

/** Beyond the deadline that the platform keeps: for the case that nobody is there to keep it. */
const DEADLINE_SLACK_SECONDS = 60;

export const taskName = ({ name, process, taskId }: Pick<DesiredTask, 'name' | 'process' | 'taskId'>): string =>
  taskObjectName(name, process.name, taskId);

const filesNameOf = (task: DesiredTask): string => `${taskName(task)}-files`;

const pullNameOf = (task: DesiredTask): string => `${taskName(task)}-pull`;

/** A Job that starts one pod once, what it is configured with, pulled as and may reach: made before it, gone with it. */
export function taskManifests(task: DesiredTask, settings: ClusterSettings): KubeObject[] {
  const metadata = { name: taskName(task), namespace: task.namespace, labels: taskLabels(task) };
  // The links of the release before are the workload's own: what runs once may be of another release.
  const selector = { [names.task]: task.taskId };
  const config = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, immutable: true };
  return [
    { ...config, data: encoded(environmentWithLinks(task)) } as KubeObject,
    ...filesSecret(task, { ...metadata, name: filesNameOf(task) }),
    ...pullSecret(task, { ...metadata, name: pullNameOf(task) }),
    ...linkPolicies(task, { name: taskName(task), selector, metadata: (name) => ({ ...metadata, name }) }),
    { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobSpec(task, settings) } as KubeObject,
  ];
}

function jobSpec(task: DesiredTask, settings: ClusterSettings): object {
  const container = baseContainer(task, { ...task.process, configName: taskName(task) }, settings);
  return {
    ...{ parallelism: 1, completions: 1 },
    // What it did before it failed is done: it is not started again.
    backoffLimit: 0,
    activeDeadlineSeconds: task.deadlineSeconds + DEADLINE_SLACK_SECONDS,
    template: {
      metadata: { labels: taskLabels(task) },
      spec: {
        ...basePodSpec(task, filesNameOf(task)),
        ...pullsWith(task, pullNameOf(task)),
        ...priorityOf(task, settings),
        ...{ restartPolicy: 'Never', terminationGracePeriodSeconds: task.stopDeadlineSeconds, containers: [container] },
      },
    },
  };
}
