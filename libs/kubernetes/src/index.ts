export {
  ApiError,
  ClusterUnreachable,
  isConflict,
  isForbidden,
  isGone,
  isNotFound,
  isRefused,
  isUnauthenticated,
} from './api-error.js';
export { Cluster, type ClusterOptions, isGoing, NameTaken } from './cluster.js';
export { type ClusterAccess, KubeconfigInvalid, readKubeconfig } from './cluster-access.js';
export { type ApplyOptions, type DeleteOptions, FIELD_MANAGER, KubeClient } from './kube-client.js';
export { type ClusterFacts, type ClusterProblem, discover, problemsOf, serverVersion } from './discovery.js';
export { type InCluster, inClusterAccess } from './in-cluster-access.js';
export { apiWalls } from './isolation/api-walls.js';
export { type NetworkLook, networkUnproven, networkWalls } from './isolation/network-walls.js';
export type { Tenants, WallSettings } from './isolation/tenants.js';
export { unproven } from './isolation/wall.js';
export { preflight } from './preflight/preflight.js';
export {
  nameOfPermission,
  type Permission,
  priorityPermissions,
  requiredPermissions,
  storageUsePermission,
} from './preflight/required-permissions.js';
export { cannotAsk } from './preflight/unreachable.js';
export { noMiddlewares, protectionRefusal } from './preflight/protection-refusal.js';
export { keyOf, type KubeObject, type ObjectList, type ObjectMeta } from './kube-object.js';
export { declaredKinds, type DeclaredKindName, type Kind, type KindName, kindOf, kinds, pathOf } from './kinds.js';
export { Mirror, type MirrorOptions } from './mirror.js';
export { isAsStated, isUntouched, MANIFEST_ANNOTATION, stamped } from './stated.js';
export { Transport } from './transport.js';
export { watch, type WatchEvent, type WatchOptions } from './watch.js';
export { isolationManifests } from './manifests/isolation.manifests.js';
export { isOfCanary, names as labelNames, OURS, processNameIn, workloadLabels } from './manifests/labels.js';
export { canaryObjectName } from './manifests/names.js';
export { configName, WEB_PORT } from './manifests/pod.manifest.js';
export { loginsManifest, MIDDLEWARES_ANNOTATION } from './manifests/protection.manifests.js';
export { isPodMaker, podOf, type PodMaker } from './manifests/pod-maker.js';
export { priorityClass, priorityName, priorityNames, withKeptPriority } from './manifests/priority.manifests.js';
export type { ClusterSettings, EnvironmentSpace } from './manifests/settings.js';
export {
  configManifest,
  configManifests,
  deploymentName,
  pullManifest,
  workloadManifests,
} from './manifests/workload.manifests.js';
export { taskManifests, taskName } from './manifests/task.manifests.js';
