import { describe, expect, it } from '@jest/globals';
import type { EventDefinition } from '../src/events.js';
import { registry } from '../src/events.js';
import { refusedAt, takes } from './support/sampled.js';

const event = (name: string): EventDefinition => {
  const definition = registry.get(`berth.${name}.v1`);
  if (!definition) throw new Error(`there is no event ${name}`);
  return definition;
};

/** Each field: what it takes at its bounds, and what just beyond them it refuses. */
type Bounds = readonly [field: string, taken: readonly unknown[], refused: readonly unknown[]];

const a63 = 'ab'.repeat(32).slice(1);
const uuid = '0193a5b0-0000-7000-8000-0000000000ff';

/** What usage is computed from: a wrong number here is a wrong invoice. */
const usage: readonly [string, ...Bounds][] = [
  ['workload.allocation-changed', 'allocationVersion', [1, 2 ** 31], [0, -1, 1.5, '1', 2 ** 53]],
  ['workload.allocation-changed', 'entries', [[]], [null, {}]],
  ['workload.allocation-changed', 'entries.0.instances', [1, 1_000], [0, -1, 0.5, null]],
  ['workload.allocation-changed', 'entries.0.cpuMillicores', [1], [0, -250, 0.25, '250']],
  ['workload.allocation-changed', 'entries.0.memoryMib', [1], [0, -256, 1.5, null]],
  ['workload.allocation-changed', 'entries.0.release', [1], [0, -1, null]],
  ['workload.allocation-changed', 'entries.0.uncounted', [['egress'], undefined], [[], ['cpu'], 'egress', null]],
  [
    'workload.allocation-changed',
    'entries.0.processType',
    ['w', 'a'.repeat(30)],
    ['', 'Web', '0web', 'a'.repeat(31), 'constructor'],
  ],
  [
    'workload.allocation-changed',
    'effectiveAt',
    ['2028-02-29T23:59:59.999Z'],
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000+01:00', '2026-02-29T10:00:00.000Z', 1_795_000_000_000],
  ],
  ['workload.allocation-heartbeat', 'allocationVersion', [1], [0, 1.5, null]],
  ['workload.allocation-snapshot-requested', 'knownVersion', [0, 7], [-1, 0.5, null]],
  ['workload.allocation-snapshot-requested', 'reason', ['gap', 'silence'], ['other', '', null]],
  ['workload.usage-measured', 'processes', [], [[], null]],
  ['workload.usage-measured', 'processes.0.measuredMilliseconds', [1, 3_600_000 * 1_000], [0, -1, 0.5]],
  [
    'workload.usage-measured',
    'processes.0.millicoreMilliseconds',
    ['0', '9'.repeat(30)],
    [0, '-1', '01', '1.5', '', '1e9', '1\n'],
  ],
  ['workload.usage-measured', 'processes.0.byteMilliseconds', ['0'], [1, '-0', ' 1', '0x1f', null]],
  ['egress.measured', 'bytes', [1, Number.MAX_SAFE_INTEGER], [0, -1, 0.5, Number.MAX_SAFE_INTEGER + 1, '7']],
  ['egress.measured', 'processType', ['web'], ['Web', 'toString', null]],
  ['volume.resized', 'formerBytes', [0], [-1, 0.5, null, '0']],
  ['volume.resized', 'provisionedBytes', [0, Number.MAX_SAFE_INTEGER], [-1, 1.5, Number.MAX_SAFE_INTEGER + 1]],
  ['volume.resized', 'name', ['ab', 'a'.repeat(40)], ['a', 'a'.repeat(41), '1a', 'a-', 'a_b']],
  ['volume.resized', 'storageClass', [null, 'fast'], [undefined, 1]],
  ['domain.snapshot', 'attachment', [], [undefined, null]],
  ['domain.snapshot', 'attachment.number', [1], [0, -1, 1.5]],
  ['domain.snapshot', 'attachment.to', [null, '2026-11-21T10:00:00.000Z'], [undefined, '2026-11-21']],
  ['domain.snapshot', 'attachment.from', ['2026-11-21T10:00:00.000Z'], [null, undefined]],
];

/** What somebody pays. */
const money: readonly [string, ...Bounds][] = [
  ['invoice.issued', 'due', ['0', '-0.0000000001', '12.50'], [35.7, '.5', '5.', '1,50', '00.5', '+1', 'NaN', '']],
  ['invoice.issued', 'currency', ['EUR', 'JPY'], ['eur', 'EU', 'EURO', '€', null]],
  ['invoice.issued', 'month', ['2026-11'], ['2026-1', '26-11', '2026-11-01', '2026/11', null]],
  ['invoice.issued', 'sha256', ['0f'.repeat(32)], [a63, `${a63}ff`, `${a63}G`, `${a63}F`, `sha256:${a63}a`]],
  ['invoice.voided', 'creditNote', [undefined, 'BERTH-C-000001'], [null, 7]],
  ['budget.threshold-crossed', 'threshold', [1, 100, 250], [0, -50, 79.5, '80']],
  ['budget.threshold-crossed', 'forecast', ['0', '1200.00'], [1_200, '1 200', null]],
  ['budget.exhausted', 'stops', [[], ['preview', 'development', 'staging', 'production']], [['test'], null]],
  ['budget.exhausted', 'stopsNextAt', [null], [undefined, '2026-11-20', 0]],
  ['budget.exhausted', 'projectId', [null, uuid], [undefined, '', 'shop']],
  ['budget.exhausted', 'amount', ['100'], [100, '1e2', null]],
];

/** What runs, and how it came about. */
const releasing: readonly [string, ...Bounds][] = [
  ['build.succeeded', 'artifact.sizeBytes', [0], [-1, 0.5, '0']],
  ['build.succeeded', 'artifact.kind', ['slug', 'image'], ['tar', null]],
  ['build.succeeded', 'artifact.digest', [`sha256:${a63}a`], [`${a63}a`, `sha256:${a63}`, `sha512:${a63}a`]],
  ['build.succeeded', 'processes', [[]], [null]],
  ['build.succeeded', 'processes.0.command', ['x', 'x'.repeat(4_000)], ['', 'x'.repeat(4_001)]],
  ['build.succeeded', 'commit', [null], [undefined, 7]],
  ['build.failed', 'failure.cause', ['internal', 'timeout'], ['unknown', '', null]],
  ['build.failed', 'failure.message', ['', 'm'.repeat(1_000)], ['m'.repeat(1_001), null]],
  [
    'build.failed',
    'failure.evidence',
    [[], Array.from({ length: 50 }, () => 'line')],
    [Array(51).fill('line'), 'line'],
  ],
  ['build.failed', 'failure.evidence.0', ['e'.repeat(2_000)], ['e'.repeat(2_001), 7]],
  ['build.failed', 'failure.nextStep', ['n'.repeat(1_000)], ['n'.repeat(1_001), undefined]],
  ['deployment.requested', 'build', [null], [undefined, {}]],
  ['deployment.requested', 'build.deadlineSeconds', [1], [0, -1, 0.5, null]],
  ['deployment.requested', 'build.settings.rootFolder', ['r'.repeat(500)], ['r'.repeat(501), null]],
  ['deployment.requested', 'build.settings.buildCommand', [null, 'c'.repeat(4_000)], ['c'.repeat(4_001)]],
  ['deployment.requested', 'build.settings.installCommand', [null, 'c'.repeat(4_000)], ['c'.repeat(4_001)]],
  ['deployment.requested', 'build.source.url', ['u'.repeat(2_000)], ['u'.repeat(2_001), null]],
  ['deployment.requested', 'build.source.ref', ['r'.repeat(300)], ['r'.repeat(301), null]],
  ['deployment.phase-changed', 'to', ['shifting', 'verifying'], ['succeeded', 'failed', '']],
  ['deployment.failed', 'cause', ['canary_failed', 'superseded'], ['Crash_loop', null]],
  ['deployment.failed', 'buildId', [null, uuid], [undefined, 'b1']],
  ['deployment.succeeded', 'releaseNumber', [1], [0, -1, 1.5]],
  ['release.created', 'number', [1], [0, 1.5, '1']],
  ['release.created', 'configVersion', [0], [-1, 0.5, null]],
  ['release.expired', 'number', [1], [0, 1.5, null]],
  ['task.finished', 'exitCode', [null, 0, 137, -1], [1.5, '0', undefined]],
  ['task.finished', 'status', ['lost', 'timeout'], ['running', 'ok', null]],
  ['task.started', 'release', [1], [0, -4]],
  ['task.started', 'deploymentId', [null], [undefined, 'd1']],
];

/** Who may do what, and how much. */
const access: readonly [string, ...Bounds][] = [
  ['organization.created', 'quota.cpuMillicores', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.memoryMib', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.projects', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.environments', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.apps', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.buildsAtOnce', [0], [-1, 0.5, null]],
  ['organization.created', 'quota.storageMib', [undefined, 0], [-1, 0.5, null]],
  ['organization.created', 'slug', ['o2'], ['o', '2o', 'O2', 'o-', 'o'.repeat(41)]],
  ['organization.snapshot', 'status', ['suspended'], ['deleted', 'Active', null]],
  ['organization.snapshot', 'memberships', [[]], [undefined, null]],
  ['organization.snapshot', 'roles', [undefined, []], [null]],
  ['organization.snapshot', 'memberships.0.role', ['custom', 'billing'], ['root', 'Owner', null]],
  ['membership.granted', 'scope.kind', ['project', 'environment'], ['app', 'platform', null]],
  ['membership.granted', 'scope.id', [uuid], ['*', '', null]],
  ['membership.granted', 'roleId', [undefined, uuid], [null, 'ops']],
  ['membership.revoked', 'scope', [], [undefined, null, 'organization']],
  ['role.defined', 'permissions', [[], ['apps:fly']], [undefined, 'apps:read', [7]]],
  ['group.changed', 'memberIds', [[], [uuid]], [['somebody'], null]],
  ['group.changed', 'grants', [[]], [undefined, null]],
  ['signing-key.rotated', 'keys.0.notAfter', [null, '2026-11-21T10:00:00.000Z'], [undefined, 'never']],
  ['audit.recorded', 'sequence', [1], [0, -1, 1.5]],
  ['audit.recorded', 'organizationId', [null, uuid], [undefined, 'acme']],
  ['audit.recorded', 'actor.kind', ['service-account', 'platform'], ['admin', null]],
  ['audit.recorded', 'service', ['build', 'metering'], ['gateway', 'berth', null]],
  ['audit.recorded', 'detail', [{ anything: 1 }, { before: {}, after: {} }], [null, 'text', undefined]],
  ['audit.recorded', 'detail.request', [{ sessionId: 'a', later: 1 }, {}], ['a', null, { correlationId: 7 }]],
  ['audit.recorded', 'address', [undefined], ['192.0.2.7', null, { address: '192.0.2.7' }]],
  ['audit.recorded', 'detail.before', [{ name: 'a' }], ['a', null, 7]],
  ['access.heartbeat', 'at', ['2026-11-21T10:00:00.000Z'], ['2026-11-21T10:00:00.000', '10:00', null]],
];

describe.each([
  ['usage', usage],
  ['money', money],
  ['releasing', releasing],
  ['access', access],
])('the events of %s', (_, rows) => {
  it.each(rows)('%s takes %s at its bounds, and says which field is beyond them', (name, field, taken, refused) => {
    const definition = event(name);
    expect(taken.filter((value) => !takes(definition, field, value))).toEqual([]);
    for (const value of refused) {
      const places = refusedAt(definition, field, value);
      expect([value, places.length > 0 && places.every((place) => `${place}.`.startsWith(`${field}.`))]).toEqual([
        value,
        true,
      ]);
    }
  });
});
