import { createHash } from 'node:crypto';
import { ownsAll } from './field-ownership.js';
import { FIELD_MANAGER } from './kube-client.js';
import type { FieldSet, KubeObject } from './kube-object.js';

/** Hash of the manifest that was applied last. */
export const MANIFEST_ANNOTATION = 'berth.dev/manifest';

/** The manifest with its hash, as it is to be applied: deterministic for the same content, whatever the order of keys. */
export function stamped<Item extends KubeObject>(manifest: Item): Item {
  const hash = createHash('sha256').update(canonical(manifest)).digest('hex').slice(0, 32);
  const annotations = { ...manifest.metadata.annotations, [MANIFEST_ANNOTATION]: hash };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** What was found last of a manifest. Objects are read and compared, never changed. */
const compared = new WeakMap<KubeObject, { readonly observed: KubeObject; readonly isSame: boolean }>();

/** True when applying `stated` (a stamped manifest) would change nothing: it is there, and nobody touched what we state. */
export function isAsStated(observed: KubeObject | undefined, stated: KubeObject): boolean {
  if (!observed || observed.metadata.deletionTimestamp !== undefined) return false;
  const former = compared.get(stated);
  if (former?.observed === observed) return former.isSame;
  const isSame = isSaid(observed, stated);
  compared.set(stated, { observed, isSame });
  return isSame;
}

function isSaid(observed: KubeObject, stated: KubeObject): boolean {
  const hashOf = ({ metadata }: KubeObject) => metadata.annotations?.[MANIFEST_ANNOTATION];
  return hashOf(observed) === hashOf(stated) && ownsAll(stated, ownFieldsOf(observed));
}

/**
 * True when nobody else has changed or removed a field that `stated` states, and its annotations say the same: for what has
 * values that are known only where it is stated.
 */
export function isUntouched({ metadata }: KubeObject, stated: KubeObject): boolean {
  const marks = Object.entries(stated.metadata.annotations ?? {});
  const isMarked = marks.every(([name, value]) => metadata.annotations?.[name] === value);
  return isMarked && metadata.deletionTimestamp === undefined && ownsAll(stated, ownFieldsOf({ metadata }));
}

/** What we state of an object; undefined when nothing. */
export function ownFieldsOf({ metadata }: Pick<KubeObject, 'metadata'>): FieldSet | undefined {
  const isOurs = (each: { manager: string; operation: string; subresource?: string }) =>
    each.manager === FIELD_MANAGER && each.operation === 'Apply' && each.subresource === undefined;
  return metadata.managedFields?.find(isOurs)?.fieldsV1;
}

/** JSON with sorted keys and without what is undefined. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
