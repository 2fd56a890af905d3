import { asCanary, type DesiredProcess, type DesiredWorkload } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { filesSecret } from './files.manifests.js';
import { CANARY, inside, processSelector, workloadSelector } from './labels.js';
import { environmentWithLinks, linkPolicies, type LinkSource } from './links.manifests.js';
import { canaryObjectName, processObjectName } from './names.js';
import { configName, filesName, podTemplate, pullName, WEB_PORT_NAME } from './pod.manifest.js';
import { protectionChain, protectionManifests } from './protection.manifests.js';
import { pullSecret } from './pull-secret.manifest.js';
import { gatewayPolicy, routes } from './routes.manifests.js';
import { encoded } from './secret-data.js';
import type { ClusterSettings } from './settings.js';
import { claimTemplates, isStateful, volumeClaims, volumesIn } from './volumes.manifests.js';

/** A rollout that does not get on within this, beyond what one instance may take, is reported by the cluster itself. */
const PROGRESS_SLACK_SECONDS = 30;
const RELEASES_KEPT = 2;

export const deploymentName = (desired: DesiredWorkload, process: string): string =>
  processObjectName(desired.name, process);

/** Everything of a workload but its configuration, in the order in which it must be there. The same input, the same bytes. */
export function workloadManifests(desired: DesiredWorkload, settings: ClusterSettings): KubeObject[] {
  const web = desired.processes.find(({ name }) => name === 'web');
  return [
    ...(web ? [service(desired), gatewayPolicy(desired, settings)] : []),
    ...protectionManifests(desired),
    ...canaryDoors(desired, settings),
    ...linkPolicies(desired, linkSource(desired)),
    ...desired.processes.flatMap((process) => volumeClaims(desired, process, deploymentName(desired, process.name))),
    ...desired.processes.map((process) =>
      isStateful(process) ? statefulSet(desired, process, settings) : deployment(desired, process, settings),
    ),
    ...canaryPods(desired, settings),
    ...desired.processes.filter(isStateful).map((process) => nameService(desired, process)),
    ...desired.processes.filter((process) => mostOf(process) > 1).map((process) => disruptionBudget(desired, process)),
    ...desired.processes.flatMap((process) => autoscaler(desired, process)),
    ...protectionChain(desired),
    ...(web ? routes(desired, settings) : []),
  ];
}

/** What leads to the pods of a canary, and nowhere else: requests of links stay with the workload's own. */
function canaryDoors(desired: DesiredWorkload, settings: ClusterSettings): KubeObject[] {
  if (!desired.canary) return [];
  const name = canaryObjectName(desired.name);
  return [service(desired, name, CANARY), gatewayPolicy(desired, settings, name, CANARY)];
}

/** Made like `web` is, from another release, and apart from it by name and label. */
function canaryPods(desired: DesiredWorkload, settings: ClusterSettings): KubeObject[] {
  const canary = asCanary(desired);
  const part = { name: canaryObjectName(desired.name), component: CANARY };
  return (canary?.processes ?? []).flatMap((process) => [
    deployment(canary ?? desired, process, settings, part),
    ...(mostOf(process) > 1 ? [disruptionBudget(desired, process, part)] : []),
  ]);
}

/** Configurations that pods start from: of the release, and of a canary that has another one. */
export function configManifests(desired: DesiredWorkload): KubeObject[] {
  const canary = asCanary(desired);
  const others = canary && configName(canary) !== configName(desired) ? [canary] : [];
  return [desired, ...others].flatMap((each) => [configManifest(each), ...filesManifest(each)]);
}

/** Variables, secrets and addresses of links of a release. Immutable: another config has another name. */
export function configManifest(desired: DesiredWorkload): KubeObject {
  const metadata = inside(desired, configName(desired));
  const data = encoded(environmentWithLinks(desired));
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, immutable: true, data } as KubeObject;
}

const filesManifest = (desired: DesiredWorkload): KubeObject[] =>
  filesSecret(desired, inside(desired, filesName(desired)));

/** All that runs of it, commands included. */
const linkSource = (desired: DesiredWorkload): LinkSource => ({
  ...{ name: desired.name, metadata: (name) => inside(desired, name), selector: workloadSelector(desired) },
});

/** How objects for the pods of a process type are called, and what their pods are labelled with. */
interface Part {
  readonly name: string;
  readonly component: string;
}

const partOf = (desired: DesiredWorkload, { name }: DesiredProcess): Part => ({
  name: deploymentName(desired, name),
  component: name,
});

function deployment(
  desired: DesiredWorkload,
  process: DesiredProcess,
  settings: ClusterSettings,
  { name, component }: Part = partOf(desired, process),
): KubeObject {
  const spec = {
    // With bounds the number is the autoscaler's: a field that we do not state is not ours.
    ...(!process.autoscaling && { replicas: process.instances }),
    revisionHistoryLimit: RELEASES_KEPT,
    progressDeadlineSeconds: desired.startDeadlineSeconds + PROGRESS_SLACK_SECONDS,
    strategy: volumesIn(process).length > 0 ? { type: 'Recreate' } : rolling,
    selector: { matchLabels: processSelector(desired, component) },
    template: podTemplate(desired, process, settings, component),
  };
  const metadata = inside(desired, name, component);
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as KubeObject;
}

/** Gives each pod of a StatefulSet a name in DNS, and nothing an address. */
function nameService(desired: DesiredWorkload, { name }: DesiredProcess): KubeObject {
  const spec = { type: 'ClusterIP', clusterIP: 'None', selector: processSelector(desired, name) };
  const metadata = inside(desired, deploymentName(desired, name), name);
  return { apiVersion: 'v1', kind: 'Service', metadata, spec } as KubeObject;
}

/** As whom its image is pulled; none where nothing is known of that. It changes in place. */
export const pullManifest = (desired: DesiredWorkload): KubeObject[] =>
  pullSecret(desired, inside(desired, pullName(desired)));

/** What serves goes only after its successor is ready; the surge is part of the environment's quota. */
const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };

/** Instances with a name and storage that they keep. */
function statefulSet(desired: DesiredWorkload, process: DesiredProcess, settings: ClusterSettings): KubeObject {
  const spec = {
    replicas: process.instances,
    revisionHistoryLimit: RELEASES_KEPT,
    // One that does not start must not keep the others from going back to what worked.
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate' },
    serviceName: deploymentName(desired, process.name),
    selector: { matchLabels: processSelector(desired, process.name) },
    template: podTemplate(desired, process, settings),
    volumeClaimTemplates: claimTemplates(desired, process),
  };
  const metadata = inside(desired, deploymentName(desired, process.name), process.name);
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec } as KubeObject;
}

function service(desired: DesiredWorkload, name = desired.name, component = 'web'): KubeObject {
  const ports = [{ name: WEB_PORT_NAME, port: 80, targetPort: WEB_PORT_NAME, protocol: 'TCP' }];
  const spec = { type: 'ClusterIP', selector: processSelector(desired, component), ports };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inside(desired, name, component),
    spec,
  } as KubeObject;
}

function disruptionBudget(
  desired: DesiredWorkload,
  process: DesiredProcess,
  { name, component }: Part = partOf(desired, process),
): KubeObject {
  const spec = { maxUnavailable: 1, selector: { matchLabels: processSelector(desired, component) } };
  const metadata = inside(desired, name, component);
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec } as KubeObject;
}

const mostOf = ({ instances, autoscaling }: DesiredProcess): number => autoscaling?.max ?? instances;

function autoscaler(desired: DesiredWorkload, { name, autoscaling }: DesiredProcess): KubeObject[] {
  if (!autoscaling) return [];
  const metadata = inside(desired, deploymentName(desired, name), name);
  const target = { type: 'Utilization', averageUtilization: autoscaling.cpuPercent };
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name },
    ...{ minReplicas: autoscaling.min, maxReplicas: autoscaling.max },
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
  };
  return [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata, spec } as KubeObject];
}
