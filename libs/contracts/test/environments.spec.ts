import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_LABELS } from '../src/common.js';
import {
  changeLabels,
  createApp,
  createEnvironment,
  createSnapshot,
  rollBackEnvironment,
  setFailover,
  setSleep,
  wakeEnvironment,
  wakingHours,
} from '../src/deployment.js';
import { describeBody, long, uuid, wrongIn } from './support/body.js';

const workdays = { days: ['mon', 'fri'], from: '08:00', until: '18:00' };

describeBody({
  name: 'when an environment sleeps',
  schema: setSleep,
  valid: { timeZone: 'Europe/Berlin', awake: [workdays] },
  takes: [
    ['/awake', []],
    ['/awake', Array.from({ length: 20 }, () => workdays)],
    ['/awake/0/until', '24:00'],
    ['/awake/0/from', '00:00'],
    ['/awake/0/days', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']],
  ],
  refuses: [
    ['/awake', Array.from({ length: 21 }, () => workdays)],
    ['/awake/0/days', []],
    ['/awake/0/days', ['monday'], '/awake/0/days/0'],
    ['/awake/0/days', Array.from({ length: 8 }, () => 'mon')],
    ['/awake/0/from', '24:00'],
    ['/awake/0/from', '8:00'],
    ['/awake/0/from', '108:00'],
    ['/awake/0/until', '18:00:00'],
    ['/awake/0/until', '18:60'],
    ['/awake/0/until', '25:00'],
    ['/awake/0/until', '08:00'],
    ['/awake/0/until', '07:59'],
    ['/awake/0', { ...workdays, weeks: 'odd' }],
    ['/timeZone', ''],
    ['/timeZone', long(101)],
    ['/timeZone', undefined],
  ],
});

it('hours are refused exactly when they do not end after they began', () => {
  const minutes = fc.integer({ min: 0, max: 1_439 });
  const clock = (minute: number) =>
    [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  fc.assert(
    fc.property(minutes, minutes, (from, until) => {
      const wrong = wrongIn(wakingHours, { days: ['mon'], from: clock(from), until: clock(until) });
      expect(wrong).toEqual(from < until ? [] : ['/until']);
    }),
  );
});

describeBody({
  name: 'waking an environment',
  schema: wakeEnvironment,
  valid: { seconds: 60 },
  takes: [['/seconds', 604_800]],
  refuses: [
    ['/seconds', 59],
    ['/seconds', 604_801],
    ['/seconds', 60.5],
    ['/seconds', '60'],
  ],
});

describeBody({
  name: 'when an environment fails over',
  schema: setFailover,
  valid: {},
  takes: [
    ['/afterSeconds', 86_400],
    ['/workersMayRunTwice', true],
  ],
  refuses: [
    ['/afterSeconds', 0],
    ['/afterSeconds', 86_401],
    ['/workersMayRunTwice', 'yes'],
  ],
});

it('nothing runs twice by a failover that did not say so', () => {
  expect(setFailover.parse({ afterSeconds: 600 })).toEqual({ afterSeconds: 600, workersMayRunTwice: false });
});

describeBody({
  name: 'a snapshot',
  schema: createSnapshot,
  valid: {},
  takes: [
    ['/note', null],
    ['/note', long(200)],
  ],
  refuses: [['/note', long(201)]],
});

describeBody({
  name: 'taking an environment back',
  schema: rollBackEnvironment,
  valid: { snapshotId: uuid },
  takes: [['/partial', true]],
  refuses: [
    ['/snapshotId', 'latest'],
    ['/snapshotId', undefined],
    ['/partial', null],
  ],
});

it('an environment goes back whole unless somebody said otherwise', () => {
  expect(rollBackEnvironment.parse({ snapshotId: uuid }).partial).toBe(false);
});

const labelled = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'] as const));

describe.each([
  ['an app', createApp, { projectId: uuid, slug: 'web', source: { kind: 'upload' } }],
  ['an environment', createEnvironment, { projectId: uuid, slug: 'live', kind: 'production' }],
] as const)('labels of %s', (_name, schema, valid) => {
  const wrongWith = (labels: unknown) => wrongIn(schema, { ...valid, labels });

  it.each([[{}], [{ team: 'a' }], [{ 'cost-center.of_x': 'A_b.c-9' }], [{ [long(63)]: long(63) }]])(
    'may be %j',
    (labels) => expect(wrongWith(labels)).toEqual([]),
  );

  it.each([
    [{ Team: 'a' }, '/labels/Team'],
    [{ '': 'a' }, '/labels/'],
    [{ 'team-': 'a' }, '/labels/team-'],
    [{ '1team': 'a' }, '/labels/1team'],
    [{ [long(64)]: 'a' }, `/labels/${long(64)}`],
    [{ team: '' }, '/labels/team'],
    [{ team: '-a' }, '/labels/team'],
    [{ team: 'a b' }, '/labels/team'],
    [{ team: 'a\n' }, '/labels/team'],
    [{ team: long(64) }, '/labels/team'],
    [{ team: null }, '/labels/team'],
    [{ team: 7 }, '/labels/team'],
  ])('may not be %j', (labels, pointer) => expect(wrongWith(labels)).toEqual([pointer]));

  it(`are ${MOST_LABELS} at most`, () => {
    expect(wrongWith(labelled(MOST_LABELS))).toEqual([]);
    expect(wrongWith(labelled(MOST_LABELS + 1))).toEqual(['/labels']);
  });
});

describe('a change of labels', () => {
  it('sets some and takes others away, all that there can be at once', () => {
    const all = { ...labelled(MOST_LABELS), a: null, b: null };
    expect(changeLabels.parse(all)).toEqual(all);
    expect(wrongIn(changeLabels, labelled(2 * MOST_LABELS))).toEqual([]);
    expect(wrongIn(changeLabels, labelled(2 * MOST_LABELS + 1))).toEqual(['']);
  });

  it('has no key that a label cannot have, not even to take it away', () => {
    expect(wrongIn(changeLabels, { Team: null })).toEqual(['/Team']);
  });

  it('never reaches the prototype of an object', () => {
    const { data } = changeLabels.safeParse(JSON.parse('{"__proto__": "x", "team": "a"}'));
    expect(Object.entries(data ?? {})).toEqual([['team', 'a']]);
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });
});
