import type {
  App,
  Domain,
  Environment,
  LinkList,
  Schedule,
  Sleep,
  Volume,
  Workload,
} from '@berth/contracts/deployment';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DeclaringCluster, fine } from './declaring-cluster.js';
import { installCrds } from './installed-crds.js';

jest.setTimeout(300_000);

let declaring: DeclaringCluster;
let environment: Environment;
/** By the app of each. */
const workloads: Record<string, Workload> = {};

beforeAll(async () => {
  declaring = await DeclaringCluster.start();
  await installCrds(declaring.cluster.administrator);
  await declaring.ask('machine', 'POST', declaring.delegations, { cluster: 'berlin', namespace: 'team' });
  const { id: projectId } = declaring.project;
  environment = await owner('POST', '/v1/environments', { projectId, slug: 'staging', kind: 'staging' });
  for (const slug of ['web', 'api', 'mail']) {
    const { id: appId } = await owner<App>('POST', '/v1/apps', { projectId, slug, source: { kind: 'upload' } });
    workloads[slug] = await owner('POST', '/v1/workloads', { appId, environmentId: environment.id });
  }
}, 1_200_000);
afterAll(() => declaring.stop());

const owner = <Body>(method: string, path: string, body?: object) => declaring.ask<Body>('owner', method, path, body);
const id = () => workloads['web']!.id;
const items = async <Item>(path: string) => (await owner<{ items: Item[] }>('GET', path)).items;
const without = async (path: string, all: readonly { readonly id: string }[]) => {
  for (const each of all) await owner('DELETE', `${path}/${each.id}`);
};
const linked = async () => (await owner<LinkList>('GET', `/v1/links/${id()}`)).items.map(({ app }) => app);
const schedules = () => items<Schedule>(`/v1/schedules?workload=${id()}`);
const nightly = (more: object = {}) => ({ nightly: { cron: '0 3 * * *', command: 'npm run tidy', ...more } });
const volumes = async () =>
  (await items<Volume>(`/v1/volumes?workload=${id()}`)).filter(({ state }) => state !== 'deleting');
const data = (more: object = {}) => ({ data: { mountPath: '/srv/data', sizeMib: 8, ...more } });
const domains = () => items<Domain>(`/v1/domains?workload=${id()}`);
const ending = (seconds: number) => ({ web: { spec: { terminationGracePeriodSeconds: seconds } } });
const sleep = () => `/v1/environments/${environment.id}/sleep`;
const monday = (from: string, more: object = {}) => ({
  hours: { timeZone: 'Europe/Berlin', awake: [{ days: ['mon'], from, until: '18:00' }], ...more },
});

interface Part {
  readonly kind: 'workload' | 'environment';
  readonly now: () => Promise<unknown>;
  /** Stated one after the other, with what is so then; the last takes away what the first made. */
  readonly stages: readonly (readonly [object, unknown])[];
  /** Away from the first stage. */
  readonly byOthers: () => Promise<unknown>;
  /** Takes it away through the API. */
  readonly reset: () => Promise<void>;
  readonly field: string;
  readonly bad: readonly [object, reason: string, message: RegExp];
  /** What the API server takes from nobody. */
  readonly malformed: readonly object[];
}

const parts: Record<string, Part> = {
  links: {
    kind: 'workload',
    now: linked,
    stages: [
      [{ links: { add: ['api'] } }, ['api']],
      [{ links: { add: ['api', 'mail'] } }, ['api', 'mail']],
      [{ links: { remove: ['api', 'mail'] } }, []],
    ],
    byOthers: () => owner('PATCH', `/v1/links/${id()}`, { remove: ['api'] }),
    reset: async () => {
      const remove = await linked();
      if (remove.length > 0) await owner('PATCH', `/v1/links/${id()}`, { remove });
    },
    field: 'spec.links.api',
    bad: [
      { links: { add: ['mail', 'nowhere'] } },
      'LinkTargetUnknown',
      /^Not in force: spec\.links\.mail, spec\.links\.nowhere \(at spec\.links\.nowhere\): /,
    ],
    malformed: [{ links: { add: ['No App'] } }, { links: { add: 'api' } }, { links: { set: ['api'] } }],
  },
  schedules: {
    kind: 'workload',
    now: async () =>
      (await schedules()).map(({ name, cron, timeZone, memoryMib }) => [name, cron, timeZone, memoryMib]),
    stages: [
      [{ schedules: { set: nightly() } }, [['nightly', '0 3 * * *', 'UTC', 256]]],
      [{ schedules: { set: nightly({ cron: '5 3 * * *' }) } }, [['nightly', '5 3 * * *', 'UTC', 256]]],
      [{ schedules: { unset: ['nightly'] } }, []],
    ],
    byOthers: async () => owner('PATCH', `/v1/schedules/${(await schedules())[0]?.id}`, { command: 'true' }),
    reset: async () => without('/v1/schedules', await schedules()),
    field: 'spec.schedules.nightly',
    bad: [
      { schedules: { set: { never: { cron: '0 0 31 2 *', command: 'true' } } } },
      'TimesInvalid',
      /^Not in force: spec\.schedules\.never \(at spec\.schedules\.never\.cron\): /,
    ],
    malformed: [
      { schedules: { set: { nightly: { cron: '0 3 * * *' } } } },
      { schedules: { set: { 'No Name': nightly().nightly } } },
      { schedules: { set: nightly({ memoryMib: 1 }) } },
      { schedules: { set: nightly({ suspended: true }) } },
    ],
  },
  volumes: {
    kind: 'workload',
    now: async () => (await volumes()).map(({ name, sizeMib }) => [name, sizeMib]),
    stages: [
      [{ volumes: { set: data() } }, [['data', 8]]],
      [{ volumes: { set: data({ sizeMib: 16 }) } }, [['data', 16]]],
      // What is in it would be lost.
      [{}, [['data', 16]]],
    ],
    byOthers: async () => owner('DELETE', `/v1/volumes/${(await volumes())[0]?.id}`),
    reset: async () => without('/v1/volumes', await volumes()),
    field: 'spec.volumes.data',
    bad: [
      { volumes: { set: data({ storageClass: 'nowhere' }) } },
      'StorageClassUnknown',
      /^Not in force: spec\.volumes\.data \(at spec\.volumes\.data\.storageClass\): /,
    ],
    malformed: [
      { volumes: { set: { data: { sizeMib: 8 } } } },
      { volumes: { set: data({ mountPath: 'relative' }) } },
      { volumes: { set: { 'No Name': data().data } } },
      { volumes: { unset: ['data'] } },
    ],
  },
  domains: {
    kind: 'workload',
    now: async () => (await domains()).map(({ host, path }) => `${host}${path}`),
    stages: [
      [{ domains: { add: ['Shop.Example.com'] } }, ['shop.example.com/']],
      [
        { domains: { add: ['shop.example.com', 'shop.example.com/api/'] } },
        ['shop.example.com/', 'shop.example.com/api'],
      ],
      [{ domains: { remove: ['shop.example.com', 'shop.example.com/api'] } }, []],
    ],
    byOthers: async () => owner('DELETE', `/v1/domains/${(await domains())[0]?.id}`),
    reset: async () => without('/v1/domains', await domains()),
    field: 'spec.domains.shop.example.com',
    bad: [
      { domains: { add: ['192.0.2.7'] } },
      'HostInvalid',
      /^Not in force: spec\.domains\.192\.0\.2\.7 \(at spec\.domains\.192\.0\.2\.7\.host\): /,
    ],
    malformed: [{ domains: { add: ['/api'] } }, { domains: { add: [''] } }, { domains: { set: {} } }],
  },
  patches: {
    kind: 'workload',
    now: async () => {
      const { processSettings } = await owner<Workload>('GET', `/v1/workloads/${id()}`);
      return processSettings['web']?.patch?.spec?.terminationGracePeriodSeconds;
    },
    stages: [
      [{ patches: { set: ending(30) } }, 30],
      [{ patches: { set: ending(60) } }, 60],
      [{ patches: { unset: ['web'] } }, undefined],
    ],
    byOthers: async () => owner('PUT', `/v1/workloads/${id()}/patches/web`, ending(90).web),
    reset: () => owner('DELETE', `/v1/workloads/${id()}/patches/web`),
    field: 'spec.patches.web',
    bad: [
      { patches: { set: { web: { spec: { containers: [{ name: 'worker', workingDir: '/srv' }] } } } } },
      'PatchOfOtherProcess',
      /^Not in force: spec\.patches\.web \(at spec\.patches\.web\.spec\.containers\.0\.name\): /,
    ],
    malformed: [
      { patches: { set: { web: { spec: 'x' } } } },
      { patches: { set: { web: { status: {} } } } },
      { patches: { set: { 'No Name': ending(30).web } } },
    ],
  },
  'waking hours': {
    kind: 'environment',
    now: async () => {
      const { status, body } = await declaring.send<Sleep>('owner', 'GET', sleep());
      return status === 404 ? 'always' : body.awake.map(({ from }) => from);
    },
    stages: [
      [{ sleep: monday('08:00') }, ['08:00']],
      [{ sleep: monday('09:00') }, ['09:00']],
      [{ sleep: { never: true } }, 'always'],
    ],
    byOthers: () => owner('PUT', sleep(), monday('07:00').hours),
    reset: async () => void (await declaring.send('owner', 'DELETE', sleep())),
    field: 'spec.sleep.hours',
    bad: [
      { sleep: monday('08:00', { timeZone: 'Europe/Atlantis' }) },
      'TimeZoneUnknown',
      /^Not in force: spec\.sleep\.hours \(at spec\.sleep\.hours\.timeZone\): /,
    ],
    malformed: [
      { sleep: {} },
      { sleep: monday('19:00') },
      { sleep: monday('8:00') },
      { sleep: { hours: { timeZone: 'UTC' } } },
    ],
  },
};

describe.each(Object.entries(parts))('%s that are declared in a cluster', (_, part) => {
  const { kind, now, stages, byOthers, reset, field, bad, malformed } = part;
  const [[first, afterFirst]] = stages as [Stage];
  const name = kind === 'workload' ? 'web' : 'staging';
  const apply = (stated: object, annotations: object = {}) => {
    const spec = kind === 'workload' ? { app: 'web', environment: 'staging' } : { kind: 'staging' };
    return declaring.apply(kind, name, { projectId: declaring.project.id, ...spec, ...stated }, { annotations });
  };
  const isSaid = (...conditions: string[]) => declaring.isSaid(kind, name, ...conditions);

  const leaveOut = async () => {
    await apply({});
    await isSaid(...fine);
  };
  afterEach(async () => {
    await leaveOut();
    await reset();
  });

  it('are made so, changed and taken away, and stay when they are left out', async () => {
    for (const [stated, after] of stages) {
      await apply(stated);
      await isSaid(...fine);
      expect(await now()).toEqual(after);
    }
    await leaveOut();
    await reset();
    await apply(first);
    await isSaid(...fine);
    await leaveOut();
    expect(await now()).toEqual(afterFirst);
  });

  it('are not taken back from who changed them through the API, but once by who has seen that', async () => {
    await apply(first);
    await isSaid(...fine);
    await byOthers();
    const theirs = await now();
    await isSaid('Conflict True ChangedElsewhere', 'Accepted True Applied');
    expect(await declaring.messageOf(kind, name, 'Conflict')).toContain(
      `${field}: stated otherwise by user ${declaring.ownerId}.`,
    );
    expect(await now()).toEqual(theirs);
    const { version } = (await declaring.get(kind, name))?.status ?? {};
    await apply(first, { 'berth.dev/overwrite': version });
    await isSaid(...fine);
    expect(await now()).toEqual(afterFirst);
  });

  it('are refused where the API refuses them, with their place, and by the cluster itself where they make no sense', async () => {
    const [stated, reason, message] = bad;
    const before = await now();
    await apply(stated);
    await isSaid(`Accepted False ${reason}`);
    expect(await declaring.messageOf(kind, name, 'Accepted')).toMatch(message);
    for (const each of malformed) await expect(apply(each)).rejects.toThrow();
    expect(await now()).toEqual(before);
  });
});

type Stage = Part['stages'][number];
