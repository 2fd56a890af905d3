import type { FieldSet, KubeObject } from './kube-object.js';

/** Set by the server or by nature: no manager owns them. */
const unowned = ['apiVersion', 'kind'];
const identity = ['name', 'namespace'];

/**
 * True when a manager owns every field that `stated` states.
 *
 * A field that somebody else changes or removes leaves the manager's set, so this finds drift without knowing the
 * server's defaults and normal forms. (structured-merge-diff, "FieldsV1 format")
 */
export function ownsAll(stated: KubeObject, fields: FieldSet | undefined): boolean {
  if (!fields) return false;
  const rest = without({ ...stated }, unowned);
  const metadata = without({ ...stated.metadata }, identity);
  return ownsValue({ ...rest, metadata }, fields);
}

function ownsValue(value: unknown, fields: FieldSet): boolean {
  if (Array.isArray(value)) return value.every((item) => ownsItem(item, fields));
  if (!isRecord(value)) return true;
  return Object.entries(value).every(([name, each]) => each === undefined || ownsField(each, fields[`f:${name}`]));
}

function ownsField(value: unknown, inner: FieldSet | undefined): boolean {
  // An empty struct states nothing, and is listed only where it has a meaning of its own.
  return inner === undefined ? isEmpty(value) : isLeaf(inner) || ownsValue(value, inner);
}

function ownsItem(item: unknown, fields: FieldSet): boolean {
  if (!isRecord(item)) return fields[`v:${JSON.stringify(item)}`] !== undefined;
  const found = Object.keys(fields).find((name) => name.startsWith('k:') && isKeyedBy(item, name));
  return found !== undefined && ownsField(item, fields[found]);
}

/** A plain value, or a struct, list or item that is owned as a whole. */
const isLeaf = (fields: FieldSet): boolean => Object.keys(fields).length === 0;

/** A key that the item leaves out was filled in by the server. */
function isKeyedBy(item: Record<string, unknown>, field: string): boolean {
  const keys = JSON.parse(field.slice(2)) as Record<string, unknown>;
  return Object.entries(keys).every(([name, value]) => item[name] === undefined || item[name] === value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;

const without = (object: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
