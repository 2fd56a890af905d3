import { expect, it } from '@jest/globals';
import {
  changeConfig,
  createApp,
  createCluster,
  createDeployment,
  createEnvironment,
  createProject,
  revokeSecret,
} from '../src/deployment.js';
import { describeBody, long, uuid } from './support/body.js';

const digest = `sha256:${long(64)}`;

describeBody({
  name: 'a project',
  schema: createProject,
  valid: { organizationId: uuid, slug: 'shop' },
  takes: [['/slug', `a${long(39, '9')}`]],
  refuses: [
    ['/slug', `a${long(40, '9')}`],
    ['/slug', 'shöp'],
    ['/slug', 'shop\u200b'],
    ['/slug', undefined],
    ['/organizationId', 'shop'],
    ['/organizationId', null],
  ],
});

describeBody({
  name: 'an environment',
  schema: createEnvironment,
  valid: { projectId: uuid, slug: 'live', kind: 'production' },
  takes: [['/cluster', 'frankfurt-1']],
  refuses: [
    ['/kind', 'preview'],
    ['/kind', 'Production'],
    ['/cluster', ''],
  ],
});

describeBody({
  name: 'an app',
  schema: createApp,
  valid: { projectId: uuid, slug: 'web', source: { kind: 'git', url: 'https://example.com/a.git' } },
  takes: [
    ['/source', { kind: 'image', image: 'nginx' }],
    ['/source', { kind: 'image', image: `registry.example:5000/a/b-c:1.2@${digest}` }],
    ['/source/url', `https://example.com/${long(1_980)}`],
    ['/source/branch', 'feature/a+b_c.d-e'],
    ['/source/branch', long(250)],
    ['/build', { buildCommand: long(4_000) }],
    ['/build', { rootFolder: 'größe/日本' }],
  ],
  refuses: [
    ['/source/url', `https://example.com/${long(1_981)}`],
    ['/source/url', 'https://example.com/\u0085'],
    ['/source/branch', long(251)],
    ['/source/branch', 'größe'],
    ['/source/branch', 'a@{1}'],
    ['/source', { kind: 'git' }, '/source/url'],
    ['/source', { kind: 'svn', url: 'https://example.com' }, '/source/kind'],
    ['/source', { kind: 'upload', url: 'https://example.com' }],
    ['/source', { kind: 'image', image: 'Nginx' }, '/source/image'],
    ['/source', { kind: 'image', image: 'a//b' }, '/source/image'],
    ['/source', { kind: 'image', image: 'a b' }, '/source/image'],
    ['/source', { kind: 'image', image: 'a@sha256:12' }, '/source/image'],
    ['/source', { kind: 'image', image: `a:${long(129)}` }, '/source/image'],
    ['/source', { kind: 'image', image: 'https://registry.example/a' }, '/source/image'],
    ['/source', { kind: 'image', image: 'registry.example:65536/a' }, '/source/image'],
    ['/source', { kind: 'image', image: '1.2.3.4.5/a' }, '/source/image'],
    ['/build', { rootFolder: long(501) }, '/build/rootFolder'],
    ['/build', { buildCommand: '' }, '/build/buildCommand'],
    ['/build', { buildCommand: long(4_001) }, '/build/buildCommand'],
    ['/build', { installCommand: 'a\0' }, '/build/installCommand'],
    ['/build', { installCommand: '\ud800' }, '/build/installCommand'],
  ],
});

describeBody({
  name: 'a deployment',
  schema: createDeployment,
  valid: { source: { kind: 'git' } },
  takes: [
    ['/source', { kind: 'release', number: 2_147_483_647 }],
    ['/source', { kind: 'image' }],
    ['/source', { kind: 'promote', workloadId: uuid, number: 1 }],
  ],
  refuses: [
    ['/source', { kind: 'release', number: 2_147_483_648 }, '/source/number'],
    ['/source', { kind: 'release', number: 0 }, '/source/number'],
    ['/source', { kind: 'release', number: 1.5 }, '/source/number'],
    ['/source', { kind: 'release', number: '1' }, '/source/number'],
    ['/source', { kind: 'promote', number: 1 }, '/source/workloadId'],
    ['/source', { kind: 'scale' }, '/source/kind'],
    ['/source', 'git'],
    ['/source', undefined],
  ],
});

describeBody({
  name: 'a change of config',
  schema: changeConfig,
  valid: { set: { A: '1' } },
  takes: [
    ['/set', { [long(128, 'A')]: long(65_536) }],
    ['/set', { constructor: 'a', EMPTY: '', LINES: 'a\nb', PORTS: '1', BERTH: '1' }],
    ['/unset', Array.from({ length: 500 }, (_, index) => `A${index}`)],
  ],
  refuses: [
    ['/set', { [long(129, 'A')]: '' }, `/set/${long(129, 'A')}`],
    ['/set', { A: long(65_537) }, '/set/A'],
    ['/set', { A: 1 }, '/set/A'],
    ['/set', { A: null }, '/set/A'],
    ['/set', { A: 'a\0' }, '/set/A'],
    ['/set', { A: '\udc00' }, '/set/A'],
    ['/set', { PORT: '1' }, '/set/PORT'],
    ['/set', { BERTH_APP: '1' }, '/set/BERTH_APP'],
    ['/set', { Ä: '1' }, '/set/Ä'],
    ['/set', {}, ''],
    ['/unset', ['A', 'B-C'], '/unset/1'],
    ['/unset', Array.from({ length: 501 }, (_, index) => `A${index}`)],
  ],
});

it('a variable that is called as every object’s prototype is never set', () => {
  const { data } = changeConfig.safeParse({ set: JSON.parse('{"__proto__": "x", "A": "1"}') });
  expect(Object.entries(data?.set ?? {})).toEqual([['A', '1']]);
  expect(Object.getPrototypeOf(data?.set)).toBe(Object.prototype);
});

describeBody({
  name: 'the revocation of a secret',
  schema: revokeSecret,
  valid: { name: 'TOKEN', version: 1 },
  refuses: [
    ['/name', 'PORT'],
    ['/version', 0],
    ['/version', 2_147_483_648],
  ],
});

const token = { kind: 'token', server: 'https://k8s.example:6443', certificateAuthority: 'pem', token: 'abc.def' };
describeBody({
  name: 'a cluster',
  schema: createCluster,
  valid: {
    name: 'frankfurt',
    credentials: token,
    settings: { gateway: { namespace: 'gateway', name: 'public', url: 'http://gateway.example' } },
  },
  takes: [
    ['/credentials', { kind: 'kubeconfig', kubeconfig: long(200_000) }],
    ['/settings/gateway/name', long(63)],
    ['/region', long(60)],
  ],
  refuses: [
    ['/credentials', { kind: 'kubeconfig', kubeconfig: long(200_001) }, '/credentials/kubeconfig'],
    ['/credentials', { ...token, kubeconfig: 'a' }],
    ['/credentials/server', 'http://k8s.example'],
    ['/credentials/server', 'file:///etc/passwd'],
    ['/credentials/token', 'two words'],
    ['/credentials/token', 'a\r\nx-header: b'],
    ['/credentials/token', ''],
    ['/settings/gateway/name', long(64)],
    ['/settings/gateway/name', '-a'],
    ['/settings/gateway/namespace', 'Gateway'],
    ['/settings/gateway/url', 'https://gateway.example'],
    ['/settings/dnsNamespace', 'kube_system'],
    ['/region', ''],
    ['/region', long(61)],
  ],
});
