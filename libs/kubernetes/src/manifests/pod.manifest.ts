import type { ProcessSize } from '@berth/contracts/common';
import type { DesiredProcess, DesiredWorkload } from '@berth/contracts/runtime';
import { filesEnvironment, filesMount, filesSource, hasFiles } from './files.manifests.js';
import { POD_ACCOUNT } from './isolation.manifests.js';
import { processLabels, processSelector, runningAnnotations } from './labels.js';
import { shortDigest } from './names.js';
import { patched, type PodTemplate } from './patch.js';
import { priorityOf } from './priority.manifests.js';
import { probesOf } from './probes.js';
import { pullsWith } from './pull-secret.manifest.js';
import type { ClusterSettings } from './settings.js';
import { podGroup, volumeEnvironment, volumeMounts, volumeSecurity, volumeSources } from './volumes.manifests.js';

/** The port that `web` must listen on, and its name in Service and probes. */
export const WEB_PORT = 8080;
export const WEB_PORT_NAME = 'http';
const TEMPORARY_FOLDER_SIZE = '512Mi';
const STORAGE = '1Gi';
/** Requests still come for so long after the end was decided: routes and endpoints follow with a delay. */
const DRAIN_SECONDS = 5;
/** From this minor version on there is a pause that needs no program inside the image. */
const SLEEP_ACTION_MINOR = 30;

/** Immutable, so its name says what is in it. */
export const configName = (desired: DesiredWorkload): string =>
  `${desired.name}-config-${shortDigest(desired.release.configHash)}`;

/** Changes with it, and with nothing else. */
export const filesName = (desired: DesiredWorkload): string =>
  `${desired.name}-files-${shortDigest(desired.release.configHash)}`;

/** Always the same: pods need not be replaced when what is in it changes. */
export const pullName = ({ name }: Pick<DesiredWorkload, 'name'>): string => `${name}-pull`;

/** Pod of one process type: meets Pod Security *restricted*, has no token, knows no other service. `component` labels it. */
export function podTemplate(
  desired: DesiredWorkload,
  process: DesiredProcess,
  settings: ClusterSettings,
  component = process.name,
): PodTemplate {
  const template = ownTemplate(desired, process, settings, component);
  return process.patch ? patched(template, process.patch) : template;
}

function ownTemplate(
  desired: DesiredWorkload,
  process: DesiredProcess,
  settings: ClusterSettings,
  component: string,
): PodTemplate {
  const container = withVolumes(process, {
    ...baseContainer(desired, { ...process, configName: configName(desired) }, settings),
    ...(process.name === 'web' && webParts(desired, process, settings)),
  });
  const base = basePodSpec(desired, filesName(desired));
  return {
    metadata: { labels: processLabels(desired, component), annotations: runningAnnotations(desired) },
    spec: {
      ...base,
      ...priorityOf(desired, settings),
      ...pullsWith(desired, pullName(desired)),
      securityContext: { ...base.securityContext, ...volumeSecurity(process) },
      volumes: [...base.volumes, ...volumeSources(process)],
      terminationGracePeriodSeconds: desired.stopDeadlineSeconds + DRAIN_SECONDS,
      topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
        ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway' },
        labelSelector: { matchLabels: processSelector(desired, component) },
      })),
      containers: [container],
    },
  };
}

const withVolumes = (process: DesiredProcess, container: Container): Container => {
  const env = [...(container.env ?? []), ...volumeEnvironment(process)];
  const mounts = [...container.volumeMounts, ...volumeMounts(process)];
  return { ...container, ...(env.length > 0 && { env }), volumeMounts: mounts };
};

interface Container {
  readonly [field: string]: unknown;
  readonly name: string;
  readonly env?: readonly object[];
  readonly volumeMounts: readonly object[];
}

interface PodSpec {
  readonly [field: string]: unknown;
  readonly securityContext: object;
  readonly volumes: readonly object[];
}

type Runnable = Pick<DesiredWorkload, 'organizationId' | 'appId' | 'release' | 'files'>;

/** What every pod of a tenant has, whatever it is for. `filesIn`: the Secret that holds its files, where it has any. */
export const basePodSpec = (filed: Pick<DesiredWorkload, 'files'> = {}, filesIn = ''): PodSpec => ({
  serviceAccountName: POD_ACCOUNT,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    ...{ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    ...(hasFiles(filed) && podGroup),
  },
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: TEMPORARY_FOLDER_SIZE } }, ...filesSource(filed, filesIn)],
});

interface Run extends ProcessSize {
  readonly name: string;
  readonly command: string;
  /** The Secret that it has its variables from. */
  readonly configName: string;
}

/** What every container of a tenant is denied. */
export const containerSecurity = {
  ...{ allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true, runAsNonRoot: true },
  capabilities: { drop: ['ALL'] },
} as const;

/** One command of a release, without anything that only a process which serves needs. */
export function baseContainer(runnable: Runnable, run: Run, settings: ClusterSettings): Container {
  return {
    name: run.name,
    image: imageOf(runnable, settings),
    imagePullPolicy: 'IfNotPresent',
    ...(run.command !== '' && { command: ['/bin/sh', '-c', run.command] }),
    envFrom: [{ secretRef: { name: run.configName } }],
    resources: resourcesOf(run),
    securityContext: containerSecurity,
    ...(hasFiles(runnable) && { env: filesEnvironment(runnable) }),
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...filesMount(runnable)],
    // The end of a container then says what it printed last: the evidence of a crash.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** What was built here lies in the platform's registry, apart by tenant; other images lie where the release says. */
function imageOf({ organizationId, appId, release }: Runnable, { registry }: ClusterSettings): string {
  const { repository = `${registry}/${organizationId}/${appId}`, digest } = release.artifact;
  return `${repository}@${digest}`;
}

const webParts = (desired: DesiredWorkload, process: DesiredProcess, { minor }: ClusterSettings): object => ({
  env: [...filesEnvironment(desired), { name: 'PORT', value: String(WEB_PORT) }],
  ports: [{ name: WEB_PORT_NAME, containerPort: WEB_PORT, protocol: 'TCP' }],
  ...probesOf(process, WEB_PORT_NAME, desired.startDeadlineSeconds),
  lifecycle: { preStop: minor >= SLEEP_ACTION_MINOR ? { sleep: { seconds: DRAIN_SECONDS } } : sleepProgram },
});

const sleepProgram = { exec: { command: ['/bin/sh', '-c', `sleep ${DRAIN_SECONDS}`] } };

/** Requests are limits: what is paid for is there, and a neighbour cannot take it. */
function resourcesOf({ cpuMillicores, memoryMib }: ProcessSize): object {
  const size = { cpu: `${cpuMillicores}m`, memory: `${memoryMib}Mi`, 'ephemeral-storage': STORAGE };
  return { requests: size, limits: size };
}
