import { type DesiredCanary, desiredCanary, type DesiredWorkload, desiredWorkload } from '@berth/contracts/runtime';
import { isAsStated, type KubeObject, stamped, workloadLabels } from '@berth/kubernetes';
import { Remembered } from './remembered.js';

interface DesiredRecord extends KubeObject {
  readonly data?: { readonly desired?: string; readonly leaving?: string };
}

const SUFFIX = '-desired';
/** Several times as many as are worked on at once. */
const REMEMBERED = 100;

/**
 * The desired state on the cluster, without variables, contents of files, secrets and passwords. It owns all other objects of the workload: they go when
 * it goes, and it goes last.
 */
export function desiredRecord(desired: DesiredWorkload, leaving: DesiredCanary | null = null): KubeObject {
  const { name, namespace } = desired;
  const metadata = { name: `${name}${SUFFIX}`, namespace, labels: workloadLabels(desired) };
  // Parsed, so that the order of keys is the schema's, and the text the same after it was read back.
  const registries = desired.registries && { ...desired.registries, logins: [] };
  const canary = desired.canary && withoutConfig(desired.canary);
  const parts = { ...(registries && { registries }), ...(canary && { canary }), ...protectionOf(desired) };
  const told = { ...withoutConfig(desired), ...parts };
  const left = leaving && { leaving: JSON.stringify(desiredCanary.parse(withoutConfig(leaving))) };
  const data = { desired: JSON.stringify(desiredWorkload.parse(told)), ...left };
  return stamped({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubeObject);
}

/** That somebody is asked for a password is known, and when that changes. Who is let in is not. */
const protectionOf = ({ protection }: DesiredWorkload): Pick<DesiredWorkload, 'protection'> =>
  protection?.logins ? { protection: { ...protection, logins: { ...protection.logins, known: [] } } } : {};

type Config = Pick<DesiredWorkload, 'environment' | 'files'>;

/** Which files there are is known: pods name them. What is in them is not. */
const withoutConfig = <Stated extends Config>(stated: Stated): Stated => ({
  ...stated,
  environment: {},
  ...(stated.files && { files: stated.files.map(({ path }) => ({ path, content: '' })) }),
});

export interface KnownWorkload {
  readonly record: KubeObject;
  /** Null when somebody else has changed the record, or it is on its way out: then nothing in it counts. */
  readonly desired: DesiredWorkload | null;
  /** A canary that is stated no more and has not gone yet. */
  readonly leaving: DesiredCanary | null;
}

/** What was read in a record: it is asked for at each look, and is another object when it has changed. */
const known = new Remembered<KubeObject, KnownWorkload>(REMEMBERED);

/** Null when there is no record. */
export function readDesired(maps: readonly KubeObject[]): KnownWorkload | null {
  const record = maps.find(({ metadata }) => metadata.name.endsWith(SUFFIX));
  if (!record) return null;
  return known.of(record, '', () => readRecord(record));
}

function readRecord(record: DesiredRecord): KnownWorkload {
  const { data } = desiredWorkload.safeParse(parse(record.data?.desired));
  const leaving = desiredCanary.safeParse(parse(record.data?.leaving)).data ?? null;
  if (!data || !isAsStated(record, desiredRecord(data, leaving))) return { record, desired: null, leaving: null };
  return { record, desired: data, leaving };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    // Edited by hand: answered as such above.
    return null;
  }
}

const made = new WeakMap<KubeObject, { readonly by: string; readonly manifest: KubeObject }>();

/** Made to be owned by the record, and stamped. */
export function owned(manifest: KubeObject, { metadata: { name, uid = '' } }: KubeObject): KubeObject {
  const by = `${name} ${uid}`;
  const former = made.get(manifest);
  if (former?.by === by) return former.manifest;
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true };
  const stated = stamped({ ...manifest, metadata: { ...manifest.metadata, ownerReferences: [owner] } });
  made.set(manifest, { by, manifest: stated });
  return stated;
}
