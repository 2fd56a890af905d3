import type { DesiredWorkload } from '@berth/contracts/runtime';
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
  release: 'berth.dev/release',
  releaseHash: 'berth.dev/release-hash',
  artifact: 'berth.dev/artifact',
  configHash: 'berth.dev/config-hash',
  restartToken: 'berth.dev/restart-token',
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

export const workloadLabels = (desired: DesiredWorkload): Labels => ({
  ...environmentLabels(desired),
  [names.app]: desired.name,
  [names.workload]: desired.workloadId,
});

export const processLabels = (desired: DesiredWorkload, process: string): Labels => ({
  ...workloadLabels(desired),
  [names.component]: process,
});

/** What selects the pods of one process type: it may never change, so it is only what never changes. */
export const processSelector = (desired: DesiredWorkload, process: string): Labels => ({
  [names.workload]: desired.workloadId,
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
