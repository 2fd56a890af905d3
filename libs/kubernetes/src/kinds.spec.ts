import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './discovery.js';
import { kindOf, kinds, pathOf } from './kinds.js';
import { keyOf } from './kube-object.js';

describe('the path of an object', () => {
  it.each([
    [kinds.pod, undefined, undefined, '/api/v1/pods'],
    [kinds.pod, 'shop', undefined, '/api/v1/namespaces/shop/pods'],
    [kinds.deployment, 'shop', 'web', '/apis/apps/v1/namespaces/shop/deployments/web'],
    [kinds.namespace, undefined, 'shop', '/api/v1/namespaces/shop'],
    [kinds.namespace, 'ignored', 'shop', '/api/v1/namespaces/shop'],
  ])('is found from its kind', (kind, namespace, name, path) => expect(pathOf(kind, namespace, name)).toBe(path));

  it('never leads elsewhere, whatever the name', () => {
    expect(pathOf(kinds.secret, '../kube-system', '../../nodes?x#y')).toBe(
      '/api/v1/namespaces/..%2Fkube-system/secrets/..%2F..%2Fnodes%3Fx%23y',
    );
  });
});

describe('a kind', () => {
  it('is known by group, version and name together', () => {
    for (const kind of Object.values(kinds)) expect(kindOf(kind)).toBe(kind);
    expect(() => kindOf({ apiVersion: 'v1', kind: 'Deployment' })).toThrow('does not handle v1 Deployment');
    expect(() => kindOf({ apiVersion: 'v1', kind: 'Node' })).toThrow();
  });

  it('of an object without a namespace is keyed by name alone', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
    expect(keyOf(object)).toBe('a');
    expect(keyOf({ ...object, metadata: { name: 'a', namespace: 'b' } })).toBe('b/a');
  });
});

describe('what a cluster lacks', () => {
  const good = { version: 'v1.36.3', minor: 36, missing: [], hasMetrics: true, hasDeclarations: true };

  it.each([
    ['nothing', good, []],
    ['nothing at the oldest version', { ...good, minor: 26 }, []],
    ['a newer version', { ...good, minor: 25 }, ['version_too_old blocking']],
    ['a version that is a number', { ...good, minor: Number.NaN }, ['version_too_old blocking']],
    ['metrics', { ...good, hasMetrics: false }, ['metrics_missing degraded']],
    ['the Gateway API', { ...good, missing: [kinds.httpRoute] }, ['gateway_api_missing blocking']],
    ['what only Traefik is told by', { ...good, missing: [kinds.middleware] }, []],
    ['a kind', { ...good, missing: [kinds.job] }, ['kind_missing blocking']],
  ])('%s', (_name, facts, problems) => {
    expect(problemsOf(facts).map(({ code, severity }) => `${code} ${severity}`)).toEqual(problems);
  });
});
