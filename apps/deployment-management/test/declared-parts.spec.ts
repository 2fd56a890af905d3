import type { Page } from '@berth/contracts/common';
import type { LinkList, Schedule, Sleep } from '@berth/contracts/deployment';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Place } from '../src/declarations/declaration.js';
import { DeclaredObjects } from '../src/declarations/declared-objects.js';
import { DeclaredWorld } from './fixtures/declared-world.js';
import { Declaring, fine } from './fixtures/declaring.js';
import { Platform } from './fixtures/platform.js';
import type { Scene } from './fixtures/scene.js';

const world = new DeclaredWorld();
let platform: Platform;
let declaring: Declaring;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start({ overrides: [[DeclaredObjects, world]] })));
beforeEach(async () => {
  declaring = await Declaring.make(platform, world);
  scene = declaring.scene;
  await platform.identity.member(scene.organizationId, 'admin', { subjectId: declaring.machineId });
  for (const app of ['api', 'mail']) await scene.beside(app);
});
afterAll(() => platform.close());

const schedules = async () => (await scene.owner.get<Page<Schedule>>(`/v1/schedules?workload=${scene.id}`)).items;
const schedule = async () => (await schedules())[0]!;
const sleep = () => `/v1/environments/${scene.environment.id}/sleep`;
const hours = async () => {
  const select = 'select awake from environment_sleep where environment_id = $1';
  const [row] = await platform.query<Pick<Sleep, 'awake'>>(select, [scene.environment.id]);
  return row?.awake.map(({ from }) => from) ?? [];
};
const nightly = (more: object) => ({ nightly: { cron: '0 3 * * *', command: 'npm run tidy', ...more } });
const from = (time: string) => ({ timeZone: 'Europe/Berlin', awake: [{ days: ['mon'], from: time, until: '18:00' }] });

interface Part {
  readonly kind: Place['kind'];
  /** What is so, in short. */
  readonly now: () => Promise<unknown>;
  /** Stated one after the other, with what is so then; the last takes away. */
  readonly stages: readonly (readonly [object, unknown])[];
  /** Away from the first stage. */
  readonly byOthers: () => Promise<unknown>;
  readonly field: string;
  readonly bad: readonly [object, reason: string, message: RegExp];
  /** Scopes without the one that it takes. */
  readonly scopes: readonly string[];
}

const reading = ['apps:read', 'environments:read', 'workloads:read'];
const parts: Record<string, Part> = {
  links: {
    kind: 'workload',
    now: async () => (await scene.owner.get<LinkList>(`/v1/links/${scene.id}`)).items.map(({ app }) => app),
    stages: [
      [{ links: { add: ['api'] } }, ['api']],
      [{ links: { add: ['api', 'mail'] } }, ['api', 'mail']],
      [{ links: { remove: ['api'] } }, ['mail']],
    ],
    byOthers: () => scene.owner.patch(`/v1/links/${scene.id}`, { remove: ['api'] }),
    field: 'spec.links.api',
    bad: [
      { links: { add: ['api', 'nowhere'] } },
      'LinkTargetUnknown',
      /^Not in force: spec\.links\.api, spec\.links\.nowhere \(at spec\.links\.nowhere\): /,
    ],
    scopes: [...reading, 'links:read'],
  },
  schedules: {
    kind: 'workload',
    now: async () => (await schedules()).map(({ name, cron, suspended }) => `${name} ${cron} ${suspended}`),
    stages: [
      [{ schedules: { set: nightly({}) } }, ['nightly 0 3 * * * false']],
      [{ schedules: { set: nightly({ cron: '5 3 * * *' }) } }, ['nightly 5 3 * * * false']],
      [{ schedules: { unset: ['nightly'] } }, []],
    ],
    byOthers: async () => scene.owner.send('DELETE', `/v1/schedules/${(await schedule()).id}`),
    field: 'spec.schedules.nightly',
    bad: [
      { schedules: { set: nightly({ cron: '0 0 31 2 *' }) } },
      'TimesInvalid',
      /^Not in force: spec\.schedules\.nightly \(at spec\.schedules\.nightly\.cron\): /,
    ],
    scopes: [...reading, 'schedules:read'],
  },
  'waking hours': {
    kind: 'environment',
    now: hours,
    stages: [
      [{ sleep: { hours: from('08:00') } }, ['08:00']],
      [{ sleep: { hours: from('09:00') } }, ['09:00']],
      [{ sleep: { never: true } }, []],
    ],
    byOthers: () => scene.owner.send('DELETE', sleep()),
    field: 'spec.sleep.hours',
    bad: [
      { sleep: { hours: { ...from('08:00'), timeZone: 'Europe/Atlantis' } } },
      'TimeZoneUnknown',
      /^Not in force: spec\.sleep\.hours \(at spec\.sleep\.hours\.timeZone\): /,
    ],
    scopes: reading,
  },
};

const specs = { app: {}, environment: { kind: 'production' }, workload: { app: 'web', environment: 'production' } };

describe.each(Object.entries(parts))(
  'what is declared of %s',
  (_, { kind, now, stages, byOthers, field, bad, scopes }) => {
    const [[first, afterFirst]] = stages as [Part['stages'][number]];
    let at: Place;
    const declare = (part: object, annotations: Record<string, string> = {}) =>
      declaring.apply(at, { ...specs[kind], ...part }, annotations);
    beforeEach(() => {
      at = declaring.place(kind, kind === 'environment' ? 'production' : 'web');
    });

    it('is made so, changed and taken away', async () => {
      for (const [part, after] of stages) {
        await declare(part);
        await declaring.isSaid(at, ...fine);
        expect(await now()).toEqual(after);
      }
    });

    it('stays when it is left out, and is nobody’s business then', async () => {
      await declare(first);
      await declaring.isSaid(at, ...fine);
      await declare({});
      await declaring.isSaid(at, ...fine);
      expect(await now()).toEqual(afterFirst);
      await byOthers();
      await declaring.look(at);
      await declaring.untilQuiet();
      expect(world.said(at)).toEqual(expect.arrayContaining(fine));
      expect(await now()).not.toEqual(afterFirst);
    });

    it('is not taken back from who changed it, but once by who has seen that', async () => {
      await declare(first);
      await declaring.isSaid(at, ...fine);
      await byOthers();
      await declaring.isSaid(at, 'Conflict True ChangedElsewhere', 'Accepted True Applied');
      expect(declaring.messageOf(at, 'Conflict')).toContain(`${field}: stated otherwise by user ${scene.ownerId}.`);
      const { version = '' } = world.status(at) ?? {};
      await declare(first, { 'berth.dev/overwrite': version });
      await declaring.isSaid(at, ...fine);
      expect(await now()).toEqual(afterFirst);
      await byOthers();
      await declaring.isSaid(at, 'Conflict True ChangedElsewhere');
      expect(world.status(at)?.version).not.toBe(version);
    });

    it('is refused as the API refuses it, with its place', async () => {
      const [part, reason, message] = bad;
      const before = await now();
      await declare(part);
      await declaring.isSaid(at, `Accepted False ${reason}`);
      expect(declaring.messageOf(at, 'Accepted')).toMatch(message);
      expect(await now()).toEqual(before);
    });

    it('is for those to state who may do it through the API', async () => {
      await platform.query('update delegation set scopes = $2 where project_id = $1', [scene.project.id, scopes]);
      const before = await now();
      await declare(first);
      await declaring.isSaid(at, 'Accepted False Forbidden');
      expect(await now()).toEqual(before);
    });
  },
);

it('a schedule that was suspended stays so when its times are declared otherwise, and its size is fixed', async () => {
  const web = declaring.place('workload', 'web');
  const declare = (more: object) => declaring.apply(web, { ...specs.workload, schedules: { set: nightly(more) } });
  await declare({});
  await declaring.isSaid(web, ...fine);
  const path = `/v1/schedules/${(await schedule()).id}`;
  await scene.owner.send('PATCH', path, { suspended: true }, { 'if-match': '*' });
  await declare({ cron: '5 3 * * *' });
  await declaring.isSaid(web, ...fine);
  expect(await schedule()).toMatchObject({ cron: '5 3 * * *', suspended: true });
  await declare({ cron: '5 3 * * *', memoryMib: 512 });
  await declaring.isSaid(web, 'Accepted False ScheduleSizeFixed');
  expect(await schedule()).toMatchObject({ memoryMib: 256 });
});
