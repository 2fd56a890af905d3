import { expect, it } from '@jest/globals';
import { MOST_LABELS } from '../src/common.js';
import { declaredApp, declaredEnvironment, declaredWorkload } from '../src/deployment.js';
import { describeBody, long, uuid } from './support/body.js';

const many = Array.from({ length: MOST_LABELS + 1 }, (_, index) => `k${index}`);

describeBody({
  name: 'a declared app',
  schema: declaredApp,
  valid: { projectId: uuid, source: { kind: 'git', url: 'https://example.com/a.git' } },
  takes: [
    ['/build', { rootFolder: 'web' }],
    ['/labels', { set: { team: 'a' }, unset: ['owner'] }],
    ['/labels', { unset: many.slice(1) }],
  ],
  refuses: [
    ['/source', undefined],
    ['/source/branch', '../main'],
    ['/build', { rootFolder: '/etc' }, '/build/rootFolder'],
    ['/build', { command: 'make' }],
    ['/labels', { set: { Team: 'a' } }, '/labels/set/Team'],
    ['/labels', { set: { team: '' } }, '/labels/set/team'],
    ['/labels', { unset: ['Team'] }, '/labels/unset/0'],
    ['/labels', { unset: many }, '/labels/unset'],
    ['/labels', { team: 'a' }],
    ['/projectId', 'shop'],
  ],
});

describeBody({
  name: 'a declared environment',
  schema: declaredEnvironment,
  valid: { projectId: uuid, kind: 'staging' },
  takes: [
    ['/cluster', 'frankfurt'],
    ['/regions', []],
    ['/regions', ['eu', 'us']],
    ['/sleep', { hours: { timeZone: 'UTC', awake: [] } }],
    ['/sleep', { never: true }],
  ],
  refuses: [
    ['/kind', 'preview'],
    ['/kind', undefined],
    ['/cluster', 'Frankfurt'],
    ['/regions', Array.from({ length: 21 }, () => 'eu')],
    ['/regions', [''], '/regions/0'],
    ['/sleep', {}],
    ['/sleep', { hours: { timeZone: 'UTC', awake: [] }, never: true }, '/sleep'],
    [
      '/sleep',
      { hours: { timeZone: 'UTC', awake: [{ days: [], from: '08:00', until: '09:00' }] } },
      '/sleep/hours/awake/0/days',
    ],
    ['/sleep', { never: false }, '/sleep/never'],
  ],
});

it('what an object does not name of an environment is left to others', () => {
  expect(declaredEnvironment.parse({ projectId: uuid, kind: 'staging' })).toEqual({ projectId: uuid, kind: 'staging' });
});

describeBody({
  name: 'a declared workload',
  schema: declaredWorkload,
  valid: { projectId: uuid, app: 'web', environment: 'production' },
  takes: [
    ['/source', { kind: 'git', ref: 'v1.2' }],
    ['/source', { kind: 'image', image: 'registry.example/web:1' }],
    ['/config', { set: { A: '1' } }],
    ['/config', {}],
    ['/config', { set: { './nginx/nginx.conf': 'YQ==' }, unset: ['./former.conf'] }],
    ['/config', { set: { './large': 'A'.repeat(320 * 1024) } }],
    ['/protection', { allow: ['192.0.2.7', '2001:db8::/32'] }],
    ['/protection', { allow: [] }],
    ['/counts', { web: 2 }],
    ['/autoscaling', { web: { min: 1, max: 3 } }],
    ['/sizes', { web: { memoryMib: 512 } }],
    ['/deadlines', { rolling: 60 }],
    ['/links', { add: ['api'], remove: ['mail'] }],
    ['/schedules', { set: { nightly: { cron: '0 3 * * *', command: 'true' } }, unset: ['hourly'] }],
    ['/volumes', { set: { data: { mountPath: '/srv', sizeMib: 8 } } }],
    ['/domains', { add: ['shop.example.com/api'], remove: ['old.example.com'] }],
    ['/patches', { set: { web: { spec: { terminationGracePeriodSeconds: 60 } } }, unset: ['worker'] }],
  ],
  refuses: [
    ['/app', undefined],
    ['/environment', uuid.toUpperCase()],
    ['/source', { kind: 'git' }, '/source/ref'],
    ['/source', { kind: 'image' }, '/source/image'],
    ['/source', { kind: 'upload', uploadId: uuid }, '/source/kind'],
    ['/source', { kind: 'release', number: 1 }, '/source/kind'],
    ['/config', { set: { PORT: '1' } }, '/config/set/PORT'],
    ['/config', { unset: ['A-B'] }, '/config/unset/0'],
    ['/config', { set: { A: long(65_537) } }, '/config/set/A'],
    ['/config', { set: { './a': 'no base64' } }, '/config/set/./a'],
    ['/config', { set: { './../a': 'YQ==' } }, '/config/set/./../a'],
    ['/config', { unset: ['./a/../b'] }, '/config/unset/0'],
    ['/config', { secrets: { A: '1' } }],
    ['/protection', {}, '/protection/allow'],
    ['/protection', { allow: ['example.com'] }, '/protection/allow/0'],
    ['/protection', { allow: ['192.0.2.0/33'] }, '/protection/allow/0'],
    ['/protection', { allow: [], logins: { ann: 'a password' } }],
    ['/counts', { web: 101 }, '/counts/web'],
    ['/autoscaling', { web: { min: 3, max: 1 } }, '/autoscaling/web/max'],
    ['/sizes', { web: { memoryMib: 1 } }, '/sizes/web/memoryMib'],
    ['/sizes', { web: { patch: {} } }, '/sizes/web'],
    ['/deadlines', { rolling: 0 }, '/deadlines/rolling'],
    ['/links', { add: ['No App'] }, '/links/add/0'],
    ['/links', { set: ['api'] }],
    ['/schedules', { set: { nightly: { cron: '0 3 * * *' } } }, '/schedules/set/nightly/command'],
    ['/schedules', { set: { 'No Name': { cron: '0 3 * * *', command: 'true' } } }, '/schedules/set/No Name'],
    ['/schedules', { unset: ['No Name'] }, '/schedules/unset/0'],
    ['/volumes', { set: { data: { mountPath: '/proc', sizeMib: 8 } } }, '/volumes/set/data/mountPath'],
    ['/volumes', { set: {}, unset: ['data'] }],
    ['/domains', { add: [''] }, '/domains/add/0'],
    ['/patches', { set: { web: { spec: { hostNetwork: true } } } }, '/patches/set/web/spec'],
    ['/trackedRef', '-x'],
  ],
});

it('what an object does not name of a workload is left to others', () => {
  const valid = { projectId: uuid, app: 'web', environment: 'production' };
  expect(declaredWorkload.parse(valid)).toEqual({ ...valid, counts: {}, autoscaling: {}, sizes: {} });
});
