import { describe, expect, it } from '@jest/globals';
import {
  clusterCredentials,
  clusterRemoval,
  createDelegation,
  createDomain,
  createIsolationCheck,
  createPlaceSnapshots,
  createPullCredential,
  deleteWorkloadQuery,
  updateCluster,
  vouchForDomain,
} from '../src/deployment.js';
import { describeBody, having, long, uuid, wrongIn } from './support/body.js';

const gateway = { namespace: 'gateway', url: 'http://gateway.example' };

describeBody({
  name: 'a change of a cluster',
  schema: updateCluster,
  valid: { settings: { gateway } },
  takes: [
    ['/region', null],
    ['/settings/ingressClass', 'nginx'],
    ['/settings/prometheus', { url: 'http://prometheus.monitoring:9090' }],
    ['/settings/prometheus', { url: 'https://prometheus.example/of/tenant' }],
  ],
  refuses: [
    ['/name', 'other', ''],
    ['/region', ''],
    ['/settings/ingressClass', 'Nginx'],
    ['/settings/prometheus', { url: 'ftp://prometheus.example' }, '/settings/prometheus/url'],
    ['/settings/prometheus', { url: 'prometheus:9090' }, '/settings/prometheus/url'],
    ['/settings/prometheus', { url: `https://p.example/${long(500)}` }, '/settings/prometheus/url'],
    ['/settings/prometheus', { url: 'https://p.example', token: 't' }],
    ['/settings/registry', long(301)],
    ['/settings/gateway', undefined],
    ['/settings/gateway/url', undefined],
    ['/credentials', { kind: 'client-certificate' }, '/credentials/kind'],
  ],
});

it('a change of a cluster fills in nothing that it does not name', () => {
  expect(updateCluster.parse({ region: 'eu' })).toEqual({ region: 'eu' });
});

describe('the token for a Prometheus', () => {
  const valid = { kind: 'kubeconfig', kubeconfig: 'apiVersion: v1' };

  it.each(['', 'two words', 'a\r\nx-header: b', 'tökén', long(20_001)])('may not be %j', (prometheusToken) =>
    expect(wrongIn(clusterCredentials, having(valid, '/prometheusToken', prometheusToken))).toEqual([
      '/prometheusToken',
    ]),
  );

  it('may be as long as any that is given out', () =>
    expect(wrongIn(clusterCredentials, { ...valid, prometheusToken: long(20_000) })).toEqual([]));
});

describe.each([
  ['the removal of a cluster', clusterRemoval, 'force'],
  ['the removal of a workload', deleteWorkloadQuery, 'evenIfUsed'],
] as const)('%s', (_name, schema, flag) => {
  it('is careful unless it is told not to be', () => expect(schema.parse({})).toEqual({ [flag]: false }));

  it.each([
    ['true', true],
    ['1', true],
    ['yes', true],
    ['false', false],
    ['0', false],
    ['no', false],
  ])('takes %s for %p', (text, value) => expect(schema.parse({ [flag]: text })).toEqual({ [flag]: value }));

  it.each(['', 'perhaps', 'nope', '2'])('does not guess what %j may mean', (text) =>
    expect(wrongIn(schema, { [flag]: text })).toEqual([`/${flag}`]),
  );
});

describeBody({
  name: 'a domain',
  schema: createDomain,
  valid: { workloadId: uuid, host: 'shop.example.com' },
  takes: [['/host', long(253)]],
  refuses: [
    ['/host', ''],
    ['/host', long(254)],
    ['/workloadId', 'web'],
  ],
});

describeBody({
  name: 'vouching for a domain',
  schema: vouchForDomain,
  valid: { reason: 'known by contract' },
  takes: [['/reason', long(500)]],
  refuses: [
    ['/reason', ''],
    ['/reason', ' \n '],
    ['/reason', long(501)],
    ['/reason', undefined],
  ],
});

describeBody({
  name: 'a credential for pulling images',
  schema: createPullCredential,
  valid: { organizationId: uuid, registry: 'registry.example', username: 'ci', password: 'secret' },
  takes: [
    ['/registry', 'localhost:5000'],
    ['/registry', '127.0.0.1:65535'],
    ['/registry', 'a-b.c-d.example'],
    ['/username', 'robot$berth+ci'],
    ['/username', long(200)],
    ['/password', 'with spaces: and colons'],
    ['/password', long(10_000)],
  ],
  refuses: [
    ['/registry', ''],
    ['/registry', 'https://registry.example'],
    ['/registry', 'registry.example/team'],
    ['/registry', 'Registry.example'],
    ['/registry', '-registry.example'],
    ['/registry', 'registry..example'],
    ['/registry', 'registry.example.'],
    ['/registry', 'registry.example:'],
    ['/registry', 'registry.example:0'],
    ['/registry', 'registry.example:123456'],
    ['/registry', 'registry.example\n'],
    ['/registry', 'ci@registry.example'],
    ['/registry', long(254)],
    ['/username', ''],
    ['/username', 'ci:x'],
    ['/username', 'ci\r\n'],
    ['/username', long(201)],
    ['/password', ''],
    ['/password', 'a\nb'],
    ['/password', long(10_001)],
  ],
});

describeBody({
  name: 'a delegation',
  schema: createDelegation,
  valid: { cluster: 'frankfurt', namespace: 'team-a' },
  takes: [['/namespace', long(63)]],
  refuses: [
    ['/namespace', ''],
    ['/namespace', '*'],
    ['/namespace', 'Team'],
    ['/namespace', '-team'],
    ['/namespace', 'team-'],
    ['/namespace', 'a/b'],
    ['/namespace', long(64)],
    ['/cluster', '*'],
  ],
});

describeBody({
  name: 'a check of isolation',
  schema: createIsolationCheck,
  valid: {},
  takes: [
    ['/image', null],
    ['/image', 'registry.example/node:24'],
  ],
  refuses: [
    ['/image', ''],
    ['/image', 'node latest'],
    ['/image', '--privileged'],
  ],
});

describeBody({
  name: 'what is told again',
  schema: createPlaceSnapshots,
  valid: { aggregate: 'workload' },
  refuses: [
    ['/aggregate', 'deployment'],
    ['/aggregate', undefined],
  ],
});
