import { type DesiredWorkload, desiredWorkload } from '@berth/contracts/runtime';
import { type KubeObject, labelNames, stamped, workloadLabels } from '@berth/kubernetes';

interface DesiredRecord extends KubeObject {
  readonly data?: { readonly desired?: string };
}

const SUFFIX = '-desired';

/**
 * The desired state on the cluster, without variables and secrets. It owns all other objects of the workload: they go when
 * it goes, and it goes last.
 */
export function desiredRecord(desired: DesiredWorkload): KubeObject {
  const { name, namespace } = desired;
  const metadata = { name: `${name}${SUFFIX}`, namespace, labels: workloadLabels(desired) };
  const data = { desired: JSON.stringify({ ...desired, environment: {} }) };
  return stamped({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubeObject);
}

/** Null when there is none, or when somebody has made it unreadable: then it is to be stated anew. */
export function readDesired(maps: readonly KubeObject[]): { record: KubeObject; desired: DesiredWorkload } | null {
  const record = maps.find(({ metadata }) => metadata.name.endsWith(SUFFIX)) as DesiredRecord | undefined;
  if (!record) return null;
  const parsed = desiredWorkload.safeParse(parse(record.data?.desired));
  return parsed.success && parsed.data.workloadId === record.metadata.labels?.[labelNames.workload]
    ? { record, desired: parsed.data }
    : null;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    // Edited by hand: answered as unreadable above.
    return null;
  }
}

/** Made to be owned by the record, and stamped. */
export function owned(manifest: KubeObject, record: KubeObject): KubeObject {
  const { name, uid = '' } = record.metadata;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true };
  return stamped({ ...manifest, metadata: { ...manifest.metadata, ownerReferences: [owner] } });
}
