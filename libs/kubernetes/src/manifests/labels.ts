import type { DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import type { EnvironmentSpace } from './settings.js';

/** Names of labels and annotations, in one place. */
export const names = {
  managedBy: 'app.kubernetes.io/managed-by',
  app: 'app.kubernetes.io/name',
  component: 'app.kubernetes.io/component',
  organization: 'berth.dev/organization',
  project: 'berth.dev/project',
  environment: 'berth.dev/environment',
  workload: 'berth.dev/workload',
  task: 'berth.dev/task',
  volume: 'berth.dev/volume',
  release: 'berth.dev/release',
  releaseHash: 'berth.dev/release-hash',
  artifact: 'berth.dev/artifact',
  configHash: 'berth.dev/config-hash',
  restartToken: 'berth.dev/restart-token',
  registries: 'berth.dev/registries',
  logins: 'berth.dev/logins',
} as const;

export const MANAGER = 'berth';

/** Selects everything that the platform made. */
export const OURS = `${names.managedBy}=${MANAGER}`;

type Labels = Readonly<Record<string, string>>;

type Place = Pick<EnvironmentSpace, 'organizationId' | 'projectId' | 'environmentId'>;

export const environmentLabels = ({ organizationId, projectId, environmentId }: Place): Labels => ({
  [names.managedBy]: MANAGER,
  [names.organization]: organizationId,
  [names.project]: projectId,
  [names.environment]: environmentId,
});

export const workloadLabels = (desired: Place & Pick<DesiredWorkload, 'name' | 'workloadId'>): Labels => ({
  ...environmentLabels(desired),
  [names.app]: desired.name,
  [names.workload]: desired.workloadId,
});

export const processLabels = (desired: DesiredWorkload, process: string): Labels => ({
  ...workloadLabels(desired),
  [names.component]: process,
});

/** No process type has a dot in its name: what selects the pods of one selects none of a task, and none of a canary. */
const TASK_SUFFIX = '.task';

/** What the pods of a canary are, so that no selector of the workload's own has them. */
export const CANARY = 'web.canary';

export const taskLabels = (task: DesiredTask): Labels => ({
  ...workloadLabels(task),
  [names.component]: `${task.process.name}${TASK_SUFFIX}`,
  [names.task]: task.taskId,
});

/** What the log lines of a pod are named after: its process type, or that of its task or its canary. */
export const processNameIn = (labels: Labels = {}): string => (labels[names.component] ?? '').split('.')[0] ?? '';

export const isOfCanary = ({ metadata }: { readonly metadata: { readonly labels?: Labels } }): boolean =>
  metadata.labels?.[names.component] === CANARY;

/** Metadata of what a workload has, or one of its process types. */
export const inside = (desired: DesiredWorkload, name: string, process?: string) => ({
  name,
  namespace: desired.namespace,
  labels: process === undefined ? workloadLabels(desired) : processLabels(desired, process),
});

/** What selects all pods of a workload. */
export const workloadSelector = ({ workloadId }: Pick<DesiredWorkload, 'workloadId'>): Labels => ({
  [names.workload]: workloadId,
});

/** What selects the pods of one process type: it may never change, so it is only what never changes. */
export const processSelector = ({ workloadId }: Pick<DesiredWorkload, 'workloadId'>, process: string): Labels => ({
  [names.workload]: workloadId,
  [names.component]: process,
});

/** What an instance runs, for proof: read back from its pod. */
export const runningAnnotations = ({ release, restartToken }: DesiredWorkload): Labels => ({
  [names.release]: String(release.number),
  [names.releaseHash]: release.hash,
  [names.artifact]: release.artifact.digest,
  [names.configHash]: release.configHash,
  [names.restartToken]: restartToken,
});
