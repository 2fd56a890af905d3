import { describe, expect, it } from '@jest/globals';
import {
  createSchedule,
  createTask,
  createVolume,
  createWorkload,
  execQuery,
  forwardQuery,
  scaleWorkload,
  updateApp,
  updateSchedule,
  updateVolume,
  updateWorkload,
} from '../src/deployment.js';
import { describeBody, long, uuid } from './support/body.js';

describeBody({
  name: 'a workload',
  schema: createWorkload,
  valid: { appId: uuid, environmentId: uuid },
  refuses: [['/appId', undefined]],
});

describeBody({
  name: 'a change of a workload',
  schema: updateWorkload,
  valid: {},
  takes: [
    ['/trackedRef', null],
    ['/deadlines', { rolling: 86_400 }],
    ['/startDeadlineSeconds', 3_600],
  ],
  refuses: [
    ['/trackedRef', ''],
    ['/deadlines', { rolling: 86_401 }, '/deadlines/rolling'],
    ['/deadlines', { rolling: 0 }, '/deadlines/rolling'],
    ['/deadlines', { boiling: 1 }],
    ['/startDeadlineSeconds', 3_601],
    ['/startDeadlineSeconds', 0.5],
  ],
});

describeBody({
  name: 'scaling',
  schema: scaleWorkload,
  valid: { counts: { web: 2 } },
  takes: [
    ['/counts', { web: 0, worker: 100 }],
    ['/autoscaling', { worker: { min: 3, max: 3, cpuPercent: 95 } }],
    ['/sizes', { web: { cpuMillicores: 10, memoryMib: 262_144, health: { path: '/ok', timeoutSeconds: 60 } } }],
    ['/sizes', { release: { memoryMib: 512 } }],
  ],
  refuses: [
    ['/counts', { web: 101 }, '/counts/web'],
    ['/counts', { release: 1 }, '/counts/release'],
    ['/counts', { Web: 1 }, '/counts/Web'],
    ['/counts', { constructor: 1 }, '/counts/constructor'],
    ['/counts', {}, ''],
    ['/autoscaling', { web: { min: 1, max: 2 } }],
    ['/autoscaling', { release: { min: 1, max: 2 } }, '/autoscaling/release'],
    ['/autoscaling', { worker: { min: 3, max: 2 } }, '/autoscaling/worker/max'],
    ['/autoscaling', { worker: { min: 0, max: 2 } }, '/autoscaling/worker/min'],
    ['/autoscaling', { worker: { min: 1, max: 2, cpuPercent: 96 } }, '/autoscaling/worker/cpuPercent'],
    ['/sizes', { web: { cpuMillicores: 9 } }, '/sizes/web/cpuMillicores'],
    ['/sizes', { web: { memoryMib: 262_145 } }, '/sizes/web/memoryMib'],
    ['/sizes', { web: { health: { path: 'ok' } } }, '/sizes/web/health/path'],
    ['/sizes', { web: { health: { path: '/a b' } } }, '/sizes/web/health/path'],
    ['/sizes', { web: { health: { path: `/${long(201)}` } } }, '/sizes/web/health/path'],
    ['/sizes', { web: { disk: 1 } }, '/sizes/web'],
  ],
});

describeBody({
  name: 'a volume',
  schema: createVolume,
  valid: { workloadId: uuid, name: 'uploads', mountPath: '/var/uploads', sizeMib: 1_024 },
  takes: [
    ['/mountPath', '/tmpfiles'],
    ['/mountPath', '/...'],
    ['/mountPath', `/${long(199)}`],
    ['/sizeMib', 16_777_216],
    ['/storageClass', 'fast.ssd-1'],
  ],
  refuses: [
    ...[
      '',
      '/',
      'data',
      '/data/',
      '//data',
      '/a/../b',
      '/a/.',
      '/tmp',
      '/tmp/x',
      '/proc/1',
      '/dev',
      '/sys',
      '/a b',
    ].map((path) => ['/mountPath', path] as const),
    ['/mountPath', `/${long(200)}`],
    ['/sizeMib', 0],
    ['/sizeMib', 16_777_217],
    ['/sizeMib', Number.NaN],
    ['/process', 'release'],
    ['/storageClass', '-fast'],
    ['/storageClass', long(254)],
  ],
});

describeBody({
  name: 'the growth of a volume',
  schema: updateVolume,
  valid: { sizeMib: 1 },
  refuses: [['/sizeMib', undefined]],
});

describeBody({
  name: 'a task',
  schema: createTask,
  valid: { command: 'node seed.js' },
  takes: [
    ['/command', long(4_000)],
    ['/deadlineSeconds', 86_400],
  ],
  refuses: [
    ['/command', ''],
    ['/command', long(4_001)],
    ['/command', 'a\0b'],
    ['/deadlineSeconds', 86_401],
    ['/cpuMillicores', 64_001],
  ],
});

describeBody({
  name: 'a schedule',
  schema: createSchedule,
  valid: { name: 'nightly', cron: '0 3 * * *', command: 'node report.js' },
  takes: [['/timeZone', 'America/Argentina/ComodRivadavia']],
  refuses: [
    ['/name', 'Nightly'],
    ['/name', long(31)],
    ['/cron', ''],
    ['/cron', long(201, '*')],
    ['/timeZone', ''],
    ['/timeZone', long(101)],
  ],
});

describe('what a change does not name', () => {
  it.each([
    ['an app', updateApp, { build: { rootFolder: 'web' } }],
    ['a schedule', updateSchedule, { cron: '* * * * *' }],
    ['a workload', updateWorkload, { deadlines: { rolling: 5 } }],
  ] as const)('of %s is not filled in', (_name, schema, change) => expect(schema.parse(change)).toEqual(change));
});

describe('the query of a session', () => {
  it('takes one word or several, and flags as text', () => {
    expect(execQuery.parse({ command: 'ls', terminal: 'true' })).toEqual({
      command: ['ls'],
      input: false,
      terminal: true,
    });
    expect(execQuery.parse({ command: ['ls', '-l'], input: 'false' }).command).toEqual(['ls', '-l']);
  });

  it.each([
    [{}],
    [{ command: [] }],
    [{ command: Array.from({ length: 101 }, () => 'a') }],
    [{ command: 'a\0' }],
    [{ command: 'ls', terminal: 'perhaps' }],
    [{ command: 'ls', instance: '' }],
  ])('may not be %j', (query) => expect(execQuery.safeParse(query).success).toBe(false));

  it('names a port, or none', () => {
    expect([{}, { port: '65535' }].map((query) => forwardQuery.parse(query).port)).toEqual([undefined, 65_535]);
    for (const port of ['0', '65536', '80.5', 'http', '']) expect(forwardQuery.safeParse({ port }).success).toBe(false);
  });
});
