import { describe, expect, it } from '@jest/globals';
import type { FieldSet, KubeObject } from './kube-object.js';
import { isAsStated, isUntouched, MANIFEST_ANNOTATION, stamped } from './stated.js';

const container = {
  name: 'web',
  image: 'x',
  ports: [{ containerPort: 80 }],
  securityContext: { capabilities: { drop: ['ALL'] } },
};
const manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'n', labels: { app: 'a' } },
  spec: { containers: [container], volumes: [{ name: 'tmp', emptyDir: {} }], nodeSelector: {} },
};
const leaf: FieldSet = {};
const containerFields: FieldSet = {
  '.': leaf,
  'f:name': leaf,
  'f:image': leaf,
  'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': leaf, 'f:containerPort': leaf } },
  'f:securityContext': { 'f:capabilities': { 'f:drop': leaf } },
};
const owned = (inner: FieldSet = containerFields): FieldSet => ({
  'f:metadata': { 'f:annotations': { [`f:${MANIFEST_ANNOTATION}`]: leaf }, 'f:labels': { 'f:app': leaf } },
  'f:spec': {
    'f:containers': { 'k:{"name":"web"}': inner },
    'f:volumes': { 'k:{"name":"tmp"}': { '.': leaf, 'f:name': leaf, 'f:emptyDir': leaf } },
    'f:nodeSelector': leaf,
  },
});

const observed = (fieldsV1: FieldSet, more: object = {}): KubeObject => {
  const { metadata, ...rest } = stamped(manifest);
  const managedFields = [
    { manager: 'somebody', operation: 'Update', fieldsV1: leaf },
    { manager: 'berth', operation: 'Apply', subresource: 'status', fieldsV1: leaf },
    { manager: 'berth', operation: 'Apply', fieldsV1 },
  ];
  return { ...rest, metadata: { ...metadata, managedFields, ...more } };
};
const lacking = (name: string): FieldSet =>
  Object.fromEntries(Object.entries(containerFields).filter(([field]) => field !== name));

describe('what has values that are not known', () => {
  const annotations = { version: 'one' };
  const marked = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  const leaves = { 'f:annotations': { 'f:version': leaf }, 'f:labels': { 'f:app': leaf } };
  const seen = (is: object, more: object = {}) =>
    observed({ ...owned(), 'f:metadata': leaves }, { annotations: is, ...more });

  it('is untouched while its marks are the same, and its fields ours', () => {
    expect(isUntouched(seen(annotations), marked)).toBe(true);
  });

  it.each<[string, KubeObject]>([
    ['another mark', seen({ version: 'two' })],
    ['no mark', seen({})],
    ['an end', seen(annotations, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['a field of somebody else', observed({ ...owned(lacking('f:image')), 'f:metadata': leaves }, { annotations })],
  ])('is not with %s', (_, found) => expect(isUntouched(found, marked)).toBe(false));
});

describe('what was stated', () => {
  it('has the same hash whatever the order of its keys', () => {
    const { spec, metadata, ...rest } = manifest;
    const hashOf = (each: KubeObject) => each.metadata.annotations?.[MANIFEST_ANNOTATION];
    expect(hashOf(stamped({ metadata, ...rest, spec }))).toBe(hashOf(stamped(manifest)));
    expect(hashOf(stamped({ ...manifest, spec: { ...spec, nodeSelector: { a: 'b' } } }))).not.toBe(
      hashOf(stamped(manifest)),
    );
  });

  it('is there as it was stated, whatever the server filled in', () => {
    expect(isAsStated(observed(owned()), stamped(manifest))).toBe(true);
  });

  it('is not when there is nothing, or something else', () => {
    expect(isAsStated(undefined, stamped(manifest))).toBe(false);
    expect(
      isAsStated(observed(owned()), stamped({ ...manifest, metadata: { ...manifest.metadata, labels: {} } })),
    ).toBe(false);
  });

  it('is not when it is on its way out', () => {
    expect(isAsStated(observed(owned(), { deletionTimestamp: '2026-11-21T00:00:00Z' }), stamped(manifest))).toBe(false);
  });

  it.each(['f:image', 'f:ports', 'f:securityContext'])('is not when somebody took %s over', (field) => {
    expect(isAsStated(observed(owned(lacking(field))), stamped(manifest))).toBe(false);
  });

  it('is not when somebody removed an item of a list', () => {
    const fields = owned();
    expect(
      isAsStated(observed({ ...fields, 'f:spec': { ...fields['f:spec'], 'f:volumes': leaf } }), stamped(manifest)),
    ).toBe(true);
    const others = { 'k:{"name":"other"}': leaf };
    expect(
      isAsStated(observed({ ...fields, 'f:spec': { ...fields['f:spec'], 'f:volumes': others } }), stamped(manifest)),
    ).toBe(false);
  });

  it('is not when nobody states anything for us', () => {
    const { managedFields: _, ...metadata } = observed(owned()).metadata;
    expect(isAsStated({ ...manifest, metadata }, stamped(manifest))).toBe(false);
  });
});
