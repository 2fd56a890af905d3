import { randomUUID } from 'node:crypto';
import type { Page } from '@berth/contracts/common';
import type { Deployment, Domain, LinkList, Schedule, Sleep, Volume, Workload } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Place } from '../src/declarations/declaration.js';
import { DeclaredObjects } from '../src/declarations/declared-objects.js';
import type { Client } from './fixtures/client.js';
import { DeclaredWorld } from './fixtures/declared-world.js';
import { Declaring, fine, image, patient } from './fixtures/declaring.js';
import { Platform } from './fixtures/platform.js';
import type { Scene } from './fixtures/scene.js';

const world = new DeclaredWorld();
// Nobody answers there: what a record proves is no matter here.
const environment = { DNS_SERVERS: '127.0.0.1:9' };
const colleagueId = randomUUID();
let colleague: Client;
let platform: Platform;
let declaring: Declaring;
let scene: Scene;
beforeAll(async () => (platform = await Platform.start({ overrides: [[DeclaredObjects, world]], environment })));
beforeEach(async () => {
  declaring = await Declaring.make(platform, world);
  scene = declaring.scene;
  await platform.identity.member(scene.organizationId, 'admin', { subjectId: declaring.machineId });
  colleague = platform.client(
    await platform.identity.member(scene.organizationId, 'admin', { subjectId: colleagueId }),
  );
  for (const app of ['api', 'mail']) await scene.beside(app);
});
afterAll(() => platform.close());

const schedules = async () => (await scene.owner.get<Page<Schedule>>(`/v1/schedules?workload=${scene.id}`)).items;
const schedule = async () => (await schedules())[0]!;
const volumes = async () =>
  (await scene.owner.get<Page<Volume>>(`/v1/volumes?workload=${scene.id}`)).items.filter(
    ({ state }) => state !== 'deleting',
  );
const data = (more: object) => ({ data: { mountPath: '/srv/data', sizeMib: 8, ...more } });
const domains = async () => (await scene.owner.get<Page<Domain>>(`/v1/domains?workload=${scene.id}`)).items;
const ending = (seconds: number) => ({ web: { spec: { terminationGracePeriodSeconds: seconds } } });
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
    byOthers: () => colleague.patch(`/v1/links/${scene.id}`, { remove: ['api'] }),
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
    byOthers: async () => colleague.send('DELETE', `/v1/schedules/${(await schedule()).id}`),
    field: 'spec.schedules.nightly',
    bad: [
      { schedules: { set: nightly({ cron: '0 0 31 2 *' }) } },
      'TimesInvalid',
      /^Not in force: spec\.schedules\.nightly \(at spec\.schedules\.nightly\.cron\): /,
    ],
    scopes: [...reading, 'schedules:read'],
  },
  volumes: {
    kind: 'workload',
    now: async () => (await volumes()).map(({ name, sizeMib }) => `${name} ${sizeMib}`),
    stages: [
      [{ volumes: { set: data({}) } }, ['data 8']],
      [{ volumes: { set: data({ sizeMib: 16 }) } }, ['data 16']],
    ],
    byOthers: async () => colleague.send('DELETE', `/v1/volumes/${(await volumes())[0]?.id}`),
    field: 'spec.volumes.data',
    bad: [
      { volumes: { set: data({ storageClass: 'nowhere' }) } },
      'StorageClassUnknown',
      /^Not in force: spec\.volumes\.data \(at spec\.volumes\.data\.storageClass\): /,
    ],
    scopes: [...reading, 'volumes:read'],
  },
  domains: {
    kind: 'workload',
    now: async () => (await domains()).map(({ host, path }) => `${host}${path}`),
    stages: [
      [{ domains: { add: ['Shop.Example.com'] } }, ['shop.example.com/']],
      [{ domains: { add: ['shop.example.com', 'shop.example.com/a/'] } }, ['shop.example.com/', 'shop.example.com/a']],
      [{ domains: { remove: ['shop.example.com'] } }, ['shop.example.com/a']],
    ],
    byOthers: async () => colleague.send('DELETE', `/v1/domains/${(await domains())[0]?.id}`),
    field: 'spec.domains.shop.example.com',
    bad: [
      { domains: { add: ['shop.example.com//'] } },
      'PathInvalid',
      /^Not in force: spec\.domains\.shop\.example\.com\/\/ \(at spec\.domains\.shop\.example\.com\/\/\.path\): /,
    ],
    scopes: [...reading, 'domains:read'],
  },
  patches: {
    kind: 'workload',
    now: async () => {
      const { processSettings } = await scene.owner.get<Workload>(`/v1/workloads/${scene.id}`);
      return processSettings['web']?.patch?.spec?.terminationGracePeriodSeconds;
    },
    stages: [
      [{ patches: { set: ending(30) } }, 30],
      [{ patches: { set: ending(60) } }, 60],
      [{ patches: { unset: ['web'] } }, undefined],
    ],
    byOthers: () => colleague.send('DELETE', `/v1/workloads/${scene.id}/patches/web`),
    field: 'spec.patches.web',
    bad: [
      { patches: { set: { web: { spec: { containers: [{ name: 'worker', workingDir: '/srv' }] } } } } },
      'PatchOfOtherProcess',
      /^Not in force: spec\.patches\.web \(at spec\.patches\.web\.spec\.containers\.0\.name\): /,
    ],
    scopes: reading,
  },
  'waking hours': {
    kind: 'environment',
    now: hours,
    stages: [
      [{ sleep: { hours: from('08:00') } }, ['08:00']],
      [{ sleep: { hours: from('09:00') } }, ['09:00']],
      [{ sleep: { never: true } }, []],
    ],
    byOthers: () => colleague.send('DELETE', sleep()),
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
      expect(declaring.messageOf(at, 'Conflict')).toContain(`${field}: stated otherwise by user ${colleagueId}.`);
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

it('whoever wakes an environment for a while contradicts no hours that are declared of it', async () => {
  const production = declaring.place('environment', 'production');
  await declaring.apply(production, { ...specs.environment, sleep: { hours: from('08:00') } });
  await declaring.isSaid(production, ...fine);
  await colleague.post(`/v1/environments/${scene.environment.id}/wake`, { seconds: 60 });
  await declaring.look(production);
  await declaring.untilQuiet();
  expect(world.said(production)).toEqual(expect.arrayContaining(fine));
});

it('labels that are refused keep no hours from being set', async () => {
  const production = declaring.place('environment', 'production');
  const many = (name: string) => Object.fromEntries([...Array(15).keys()].map((nth) => [`${name}-${nth}`, 'x']));
  await scene.owner.send('PATCH', `/v1/environments/${scene.environment.id}/labels`, many('theirs'));
  const stated = { ...specs.environment, labels: { set: many('ours') }, sleep: { hours: from('08:00') } };
  await declaring.apply(production, stated);
  await declaring.isSaid(production, 'Accepted False TooManyLabels');
  expect(declaring.messageOf(production, 'Accepted')).toContain('spec.labels.ours-0');
  expect(await hours()).toEqual(['08:00']);
});

describe('a volume that is declared', () => {
  const declare = (volume: object, more: object = {}) =>
    declaring.apply(declaring.place('workload', 'web'), { ...specs.workload, volumes: { set: data(volume) }, ...more });
  const isSaid = (...conditions: string[]) => declaring.isSaid(declaring.place('workload', 'web'), ...conditions);
  const says = () => declaring.messageOf(declaring.place('workload', 'web'), 'Accepted');

  it('is there before anything is deployed, and nothing is deployed without it', async () => {
    const source = { kind: 'image', image: image('a1') };
    await declare({ storageClass: 'nowhere' }, { source, trackedRef: 'next' });
    await isSaid('Accepted False StorageClassUnknown');
    expect(says()).toMatch(/ spec\.source: It is not deployed while spec\.volumes\.data is not as it is stated\.$/);
    expect(await scene.now()).toMatchObject({ trackedRef: 'next' });
    expect((await scene.owner.get<Page<Deployment>>(`/v1/deployments?workload=${scene.id}`)).items).toEqual([]);
    await declare({}, { source });
    await isSaid(...fine, 'Ready True AllReady');
    expect(scene.desired?.processes.find(({ name }) => name === 'web')?.volumes).toMatchObject([{ name: 'data' }]);
  });

  it('is said not to be there yet while its cluster cannot be asked, and the rest is done', async () => {
    platform.runtime.setDown(true);
    try {
      await declare({}, { trackedRef: 'meanwhile' });
      await isSaid('Accepted False RuntimeUnavailable');
      expect(await scene.now()).toMatchObject({ trackedRef: 'meanwhile' });
    } finally {
      platform.runtime.setDown(false);
    }
    await declaring.look(declaring.place('workload', 'web'));
    await isSaid(...fine);
    expect(await volumes()).toHaveLength(1);
  });

  it.each([
    ['path', { mountPath: '/srv/other' }, 'VolumeFixed', 'spec.volumes.data.mountPath'],
    ['smaller', { sizeMib: 4 }, 'VolumeDoesNotShrink', 'spec.volumes.data.sizeMib'],
  ])('is not made another one: %s', async (_, change, reason, place) => {
    await declare({});
    await isSaid(...fine);
    await declare(change);
    await isSaid(`Accepted False ${reason}`);
    expect(says()).toContain(`(at ${place})`);
    expect(await volumes()).toMatchObject([{ mountPath: '/srv/data', sizeMib: 8 }]);
  });
});

it.each(['schedules', 'volumes', 'patches'])(
  'what others change of %s between a look and its change is kept',
  async (part) => {
    const { stages, byOthers, now } = parts[part]!;
    const [[first], [second]] = stages as [Part['stages'][number], Part['stages'][number]];
    const web = declaring.place('workload', 'web');
    await declaring.apply(web, { ...specs.workload, ...first });
    await declaring.isSaid(web, ...fine);
    await declaring.untilQuiet();
    let change: Promise<unknown> | undefined;
    await platform.service.database.transaction(async (tx) => {
      await tx.query('select from workload where id = $1 for update', [scene.id]);
      change = byOthers();
      await waiting(1);
      await declaring.apply(web, { ...specs.workload, ...second });
      await waiting(2);
    });
    await change;
    await declaring.isSaid(web, 'Conflict True ChangedElsewhere', 'Accepted True Applied');
    expect([[], undefined]).toContainEqual(await now());
  },
);

/** Requests and passes that wait for the workload to be let go. */
const waiting = (count: number) =>
  eventually(async () => {
    const sql = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query = 'select 1 from workload where id = $1 for update'`;
    expect((await platform.query(sql)).length).toBeGreaterThanOrEqual(count);
  }, patient);
