import type { DesiredTask, DesiredVolume, DesiredWorkload } from '@berth/contracts/runtime';
import type { ClusterSettings, EnvironmentSpace } from '../../src/index.js';
import fc from 'fast-check';

const uuid = (digit: string): string => `${digit.repeat(8)}-0000-7000-8000-${digit.repeat(12)}`;
export const digestOf = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;

export const settings: ClusterSettings = {
  ...{ registry: 'registry.example/berth', minor: 36, dnsNamespace: 'kube-system', hasPriorities: true },
  gateway: { namespace: 'gateway', name: 'public' },
};

/** Of a cluster without the Gateway API. */
export const ingressSettings: ClusterSettings = { ...settings, ingressClass: 'nginx' };

export const space: EnvironmentSpace = {
  ...{ namespace: 'shop-production-0123456789', organizationId: uuid('1'), projectId: uuid('2') },
  ...{ environmentId: uuid('3'), internet: true },
  quota: { cpuMillicores: 4_000, memoryMib: 8_192, pods: 40 },
};

const health = { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };

export const shop: DesiredWorkload = {
  ...{ workloadId: uuid('4'), organizationId: uuid('1'), projectId: uuid('2'), environmentId: uuid('3') },
  ...{ appId: uuid('5'), namespace: space.namespace, name: 'shop', generation: 7 },
  environmentKind: 'production',
  release: {
    ...{ number: 3, hash: digestOf('abc'), configHash: digestOf('def') },
    artifact: { kind: 'image', digest: digestOf('123'), sizeBytes: 1 },
  },
  environment: { GREETING: 'hello', EMPTY: '', UNICODE: 'grüß "dich"\n' },
  processes: [
    {
      ...{ name: 'web', instances: 2, command: 'node web.js', cpuMillicores: 500, memoryMib: 256 },
      health: { ...health, path: '/health' },
    },
    { name: 'worker', instances: 1, command: 'node worker.js', cpuMillicores: 250, memoryMib: 128, health },
  ],
  hosts: ['shop.example.com', 'www.shop.example.com'],
  registries: {
    version: '0123456789abcdef',
    logins: [{ registry: 'registry.example:5000', username: 'robot', password: 'secret' }],
  },
  ...{ restartToken: 'one', startDeadlineSeconds: 60, stopDeadlineSeconds: 30 },
};

const volume = { sizeMib: 2_048, initialMib: 1_024, storageClass: 'fast', isPerInstance: false, copies: 1 };

/** A shop that keeps things: `web` has one volume with one writer, each `worker` one of its own. */
export const keeper: DesiredWorkload = {
  ...{ ...shop, workloadId: uuid('7'), name: 'keeper', hosts: ['keeper.example.com'] },
  processes: shop.processes.map((process) => ({
    ...process,
    instances: process.name === 'web' ? 1 : 2,
    volumes: [
      process.name === 'web'
        ? { ...volume, id: uuid('8'), name: 'uploads', mountPath: '/var/uploads' }
        : {
            ...volume,
            id: uuid('9'),
            name: 'queue',
            mountPath: '/queue',
            storageClass: null,
            isPerInstance: true,
            copies: 3,
          },
    ],
  })),
};

/** For who has a password and comes from certain networks. */
export const closedShop: DesiredWorkload = {
  ...shop,
  protection: {
    allow: ['198.51.100.0/24', '2001:db8::/32'],
    logins: {
      version: '0123456789abcdef',
      known: ['ann', 'ben'].map((username) => ({ username, passwordHash: `$2b$10$${'a'.repeat(53)}` })),
    },
  },
};

/** Its next release has a quarter of the requests. */
export const sharedShop: DesiredWorkload = {
  ...shop,
  canary: {
    release: {
      ...{ number: 4, hash: digestOf('bcd'), configHash: digestOf('eff') },
      artifact: { kind: 'image', digest: digestOf('234'), sizeBytes: 1 },
    },
    ...{ environment: { GREETING: 'welcome' }, restartToken: 'one.v4', weight: 25 },
    process: { ...shop.processes[0]!, instances: 2, command: 'node next.js' },
  },
};

/** The release command of a workload. */
export function taskOn(desired: DesiredWorkload): DesiredTask {
  const { generation: _, processes, hosts: _h, restartToken: _r, startDeadlineSeconds: _s, ...place } = desired;
  const [{ health: _c, instances: _i, volumes: _v, ...size }] = processes as [DesiredWorkload['processes'][0]];
  const process = { ...size, name: 'release', command: 'node migrate.js' };
  return { ...place, taskId: uuid('6'), process, deadlineSeconds: 600 };
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const textOf = (alphabet: string, limits: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...alphabet), ...limits });
const slugOf = (longest: number) =>
  fc
    .tuple(
      textOf(lower, { minLength: 1, maxLength: 1 }),
      textOf(`${lower}0123456789-`, { minLength: 0, maxLength: longest - 1 }),
    )
    .map(([first, rest]) => first + rest.replace(/-+$/, ''));
const digest = textOf('0123456789abcdef', { minLength: 64, maxLength: 64 }).map((hex) => `sha256:${hex}`);
const text = fc.string({ unit: 'binary', maxLength: 200 }).map((each) => each.replaceAll('\0', ''));
const variableName = textOf(`${lower.toUpperCase()}_`, { minLength: 1, maxLength: 40 });

const folder = textOf(`${lower}0123456789._-`, { minLength: 1, maxLength: 20 }).filter((each) => /[a-z0-9]/.test(each));
const anyVolume = fc.record({
  id: fc.uuid(),
  name: slugOf(38).map((each) => `${each}z`),
  mountPath: fc.array(folder, { minLength: 1, maxLength: 4 }).map((folders) => `/data/${folders.join('/')}`),
  ...{ sizeMib: fc.integer({ min: 512, max: 1_048_576 }), initialMib: fc.integer({ min: 1, max: 512 }) },
  storageClass: fc.option(slugOf(30)),
  copies: fc.integer({ min: 1, max: 5 }),
});
/** Either several with one writer, or one for each instance. */
const anyVolumes: fc.Arbitrary<DesiredVolume[]> = fc
  .tuple(
    fc.uniqueArray(anyVolume, { minLength: 1, maxLength: 3, selector: ({ mountPath }) => mountPath }),
    fc.boolean(),
  )
  .map(([all, isPerInstance]) => (isPerInstance ? all.slice(0, 1) : all).map((each) => ({ ...each, isPerInstance })));

const anyFiles = fc.uniqueArray(
  fc.record({
    path: fc.array(folder, { minLength: 1, maxLength: 3 }).map((parts) => parts.map((part) => `f${part}`).join('/')),
    content: fc.base64String({ maxLength: 40 }),
  }),
  { maxLength: 4, selector: ({ path }) => path.split('/')[0] },
);

const processOf = (name: string) =>
  fc
    .record(
      {
        name: fc.constant(name),
        command: fc.string({ minLength: 1, maxLength: 300 }).map((each) => each.replaceAll('\0', ' ')),
        cpuMillicores: fc.integer({ min: 10, max: 64_000 }),
        memoryMib: fc.integer({ min: 16, max: 262_144 }),
        instances: fc.integer({ min: 0, max: 1_000 }),
        health: fc.record({
          path: fc.option(fc.webPath().map((path) => `/${path.replace(/^\/+/, '')}`.slice(0, 200))),
          intervalSeconds: fc.integer({ min: 1, max: 300 }),
          timeoutSeconds: fc.integer({ min: 1, max: 60 }),
          failureThreshold: fc.integer({ min: 1, max: 20 }),
        }),
        autoscaling: fc.record({
          min: fc.integer({ min: 1, max: 50 }),
          max: fc.integer({ min: 50, max: 100 }),
          cpuPercent: fc.integer({ min: 10, max: 95 }),
        }),
        volumes: anyVolumes,
      },
      { requiredKeys: ['name', 'command', 'cpuMillicores', 'memoryMib', 'instances', 'health'] },
    )
    .map(({ autoscaling, volumes, ...rest }) => ({
      ...rest,
      // What keeps something is not scaled by the cluster.
      ...(volumes ? { volumes } : autoscaling && { autoscaling }),
    }));

const anyLogin = fc.record({ registry: slugOf(30), username: text, password: text });

const anyProtection = fc.record(
  {
    allow: fc.array(fc.constantFrom('198.51.100.0/24', '2001:db8::/32', '0.0.0.0/0'), { minLength: 1, maxLength: 3 }),
    logins: fc.record({
      version: digest.map((each) => each.slice(7, 23)),
      known: fc.array(fc.constantFrom(...(closedShop.protection?.logins?.known ?? [])), { maxLength: 2 }),
    }),
  },
  { requiredKeys: [] },
);

const anyLink = fc.record({ workloadId: fc.uuid(), name: slugOf(38).map((each) => `${each}z`), host: slugOf(30) });

const processNames = fc
  .uniqueArray(fc.oneof(fc.constant('web'), slugOf(30)), { minLength: 1, maxLength: 4 })
  .chain((all) => fc.tuple(...all.map(processOf)));

/** Any workload that the contracts let through. */
export const anyWorkload: fc.Arbitrary<DesiredWorkload> = fc.record({
  ...{
    workloadId: fc.uuid(),
    organizationId: fc.uuid(),
    projectId: fc.uuid(),
    environmentId: fc.uuid(),
    appId: fc.uuid(),
  },
  namespace: fc.constant(space.namespace),
  environmentKind: fc.constantFrom('production', 'staging', 'development', 'preview', undefined),
  name: slugOf(38).map((each) => `${each}z`),
  generation: fc.integer({ min: 1 }),
  release: fc.record({
    ...{ number: fc.integer({ min: 1 }), hash: digest, configHash: digest },
    artifact: fc.record({ kind: fc.constant('image' as const), digest, sizeBytes: fc.nat() }),
  }),
  environment: fc.dictionary(variableName, text, { maxKeys: 10 }),
  files: anyFiles,
  processes: processNames,
  hosts: fc.uniqueArray(
    slugOf(30).map((each) => `${each}.example.com`),
    { maxLength: 4 },
  ),
  paths: fc.uniqueArray(
    fc.record({ host: fc.constant('shared.example.com'), path: slugOf(20).map((each) => `/${each}/v1`) }),
    { maxLength: 3, selector: ({ path }) => path },
  ),
  restartToken: text,
  links: fc.uniqueArray(anyLink, { maxLength: 3, selector: ({ name }) => name }),
  registries: fc.record({
    version: digest.map((each) => each.slice(7, 23)),
    logins: fc.array(anyLogin, { maxLength: 3 }),
  }),
  protection: fc.option(anyProtection, { nil: undefined }),
  startDeadlineSeconds: fc.integer({ min: 1, max: 3_600 }),
  stopDeadlineSeconds: fc.integer({ min: 1, max: 600 }),
});

/** Reaches another app, and one more that only the release before it reaches. */
export const linkedShop: DesiredWorkload = {
  ...shop,
  links: [
    { workloadId: uuid('a'), name: 'billing', host: 'billing.example.com' },
    { workloadId: uuid('b'), name: 'old-search', host: 'search.example.com', isFormer: true },
  ],
};
