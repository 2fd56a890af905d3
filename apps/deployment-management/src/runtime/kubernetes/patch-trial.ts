import type { DesiredWorkload } from '@berth/contracts/runtime';
import {
  ApiError,
  type ClusterSettings,
  isPodMaker,
  isRefused,
  type KubeClient,
  type KubeObject,
  podOf,
  workloadManifests,
} from '@berth/kubernetes';

/**
 * What the API server says to the pods of patched process types: to what makes them, which it reads field by field, and to
 * one of them, which Pod Security and every other admission is for. Both are dry runs.
 *
 * @throws ApiError that is no refusal, ClusterUnreachable
 */
export async function triedPatches(
  client: KubeClient,
  desired: DesiredWorkload,
  settings: ClusterSettings,
  signal: AbortSignal,
): Promise<string | null> {
  const processes = desired.processes.filter(({ patch }) => patch !== undefined);
  const makers = workloadManifests({ ...desired, processes }, settings).filter(isPodMaker);
  for (const object of makers.flatMap((maker) => [maker, podOf(maker)])) {
    const refusal = await refusalOf(client, object, signal);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Of what fences an environment in, that without which no pod can be tried. */
export const isGround = ({ kind }: KubeObject): boolean => ['Namespace', 'ServiceAccount'].includes(kind);

async function refusalOf(client: KubeClient, object: KubeObject, signal: AbortSignal): Promise<string | null> {
  try {
    await client.apply(object, signal, { dryRun: true });
    return null;
  } catch (error) {
    if (!(error instanceof ApiError) || !(isUnknownField(error) || isRefused(error))) throw error;
    return isOfQuota(error.message) ? null : error.message;
  }
}

/** A patch makes no pod larger. Whether there is room for another one just now is not its affair. */
const isOfQuota = (message: string): boolean => /exceeded quota|status unknown for quota/.test(message);

/** What a version of Kubernetes has no field for is an error of its own to it, with status 500. */
const isUnknownField = ({ message }: ApiError): boolean => message.startsWith('failed to create typed patch object');
