import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DesiredWorkload, desiredWorkload } from '@berth/contracts/runtime';
import {
  configManifest,
  configManifests,
  isolationManifests,
  keyOf,
  type ClusterSettings,
  type KubeObject,
  loginsManifest,
  pullManifest,
  taskManifests,
  workloadManifests,
} from '../src/index.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  anyWorkload,
  closedShop,
  ingressSettings,
  keeper,
  linkedShop,
  settings,
  sharedShop,
  shop,
  space,
  taskOn,
} from './support/desired.js';

/** Compares with the file; UPDATE_GOLDEN=1 writes it anew, for the diff to be read. */
function expectGolden(name: string, manifests: readonly KubeObject[]): void {
  const file = join(import.meta.dirname, 'golden', `${name}.json`);
  const text = `${JSON.stringify(manifests, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, 'utf8')));
}

interface Leading extends KubeObject {
  readonly spec: {
    readonly hostnames?: readonly string[];
    readonly rules: readonly { readonly matches?: readonly { readonly path: object }[] }[];
  };
}

interface Workable extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: { readonly volumeMounts: { readonly name: string }[] }[];
        readonly volumes: { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
      };
    };
    readonly volumeClaimTemplates?: { readonly metadata: { readonly name: string } }[];
  };
}

/** Claims that the pods of a Deployment name, and that the first pod of a StatefulSet looks for. */
function claimsOf({ kind, metadata, spec }: Workable): string[] {
  if (kind === 'StatefulSet')
    return (spec.volumeClaimTemplates ?? []).map((each) => `${each.metadata.name}-${metadata.name}-0`);
  if (kind !== 'Deployment') return [];
  return spec.template.spec.volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : []));
}

type Labels = Readonly<Record<string, string>>;
interface Selecting extends KubeObject {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Labels } & Labels;
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly template?: { readonly metadata: { readonly labels: Labels } };
  };
}

/** What an object chooses pods by. */
function selectorsIn(object: KubeObject): Labels[] {
  const { selector, podSelector } = (object as Selecting).spec ?? {};
  return [selector?.matchLabels ?? selector, podSelector?.matchLabels].filter((each) => each !== undefined) as Labels[];
}
const podLabelsIn = (object: KubeObject): Labels[] => {
  const labels = (object as Selecting).spec?.template?.metadata.labels;
  return labels ? [labels] : [];
};
const isPartOf = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

const identityOf = (each: KubeObject): string => `${each.kind} ${keyOf(each)}`;
const isLabel = (value: string): boolean => /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value);
const isDnsLabel = (value: string): boolean => /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value);

describe('manifests', () => {
  it('fence an environment in', () => expectGolden('isolation', isolationManifests(space, settings)));

  it('run a workload', () =>
    expectGolden('workload', [configManifest(shop), ...pullManifest(shop), ...workloadManifests(shop, settings)]));

  it('leave the number of instances to an autoscaler', () => {
    const [web, worker] = shop.processes;
    const scaled = { ...web!, autoscaling: { min: 2, max: 6, cpuPercent: 60 } };
    const manifests = workloadManifests({ ...shop, processes: [scaled, worker!] }, settings);
    const deployments = manifests.filter(({ kind }) => kind === 'Deployment') as unknown as { spec: object }[];
    expect(deployments.map(({ spec }) => 'replicas' in spec)).toEqual([false, true]);
    expectGolden(
      'autoscaler',
      manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'PodDisruptionBudget'),
    );
  });

  it('open both walls for each linked pair and its port, and nothing else', () => {
    const policies = (desired: DesiredWorkload) =>
      workloadManifests(desired, settings).filter(({ kind }) => kind === 'NetworkPolicy');
    const added = policies(linkedShop).filter((each) => !policies(shop).some((other) => keyOf(other) === keyOf(each)));
    const others = (desired: DesiredWorkload) =>
      workloadManifests(desired, settings).filter((each) => !added.some((one) => keyOf(one) === keyOf(each)));
    expect(others(linkedShop)).toEqual(others(shop));
    const { data } = configManifest(linkedShop) as KubeObject & { data: Record<string, string> };
    const read = Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]);
    expect(Object.fromEntries(read)).toEqual({
      ...{ ...shop.environment, BILLING_URL: 'http://billing', BILLING_HOST: 'billing', BILLING_PORT: '80' },
    });
    expectGolden('links', added);
  });

  it('never replace a variable of the workload by the way to another', () => {
    const environment = { BILLING_URL: 'http://mine.example' };
    const { data } = configManifest({ ...linkedShop, environment }) as KubeObject & { data: Record<string, string> };
    expect(Buffer.from(data['BILLING_URL'] ?? '', 'base64').toString()).toBe('http://mine.example');
  });

  it('give a command the links of its release, and take them with it', () => {
    const task = taskOn(linkedShop);
    const manifests = taskManifests({ ...task, links: linkedShop.links }, settings);
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ metadata }) => metadata.labels?.['berth.dev/task'])).toEqual(Array(4).fill(task.taskId));
    expect(JSON.stringify(policies)).not.toContain(`"matchLabels":{"berth.dev/workload":"${task.workloadId}"}`);
    expect(manifests.at(-1)?.kind).toBe('Job');
  });

  it('lead each host by an Ingress of its own where there is no Gateway API', () => {
    const manifests = workloadManifests(shop, ingressSettings);
    const others = (all: KubeObject[]) => all.filter(({ kind }) => kind !== 'HTTPRoute' && kind !== 'Ingress');
    expect(others(manifests)).toEqual(others(workloadManifests(shop, settings)));
    expectGolden(
      'ingress',
      manifests.filter((each) => !others([each]).length),
    );
  });

  it('ask visitors before they are led anywhere, on every host', () => {
    const own = new Set(workloadManifests(shop, settings).map(identityOf));
    const all = [...loginsManifest(closedShop), ...workloadManifests(closedShop, settings)];
    const added = all.filter((each) => !own.has(identityOf(each)));
    const doors = all.filter(({ kind }) => kind === 'HTTPRoute');
    const others = (manifests: KubeObject[]) => manifests.filter((each) => ![...added, ...doors].includes(each));
    expect(others(all)).toEqual(workloadManifests(shop, settings).filter(({ kind }) => kind !== 'HTTPRoute'));
    const ingresses = workloadManifests(closedShop, ingressSettings).filter(({ kind }) => kind === 'Ingress');
    expectGolden('protection', [...added, ...doors, ...ingresses]);
  });

  it('ask only by what a protection has, and nobody where there is no web', () => {
    const named = (desired: DesiredWorkload) =>
      [...loginsManifest(desired), ...workloadManifests(desired, settings)]
        .filter(({ kind, metadata }) => kind === 'Middleware' || metadata.name.startsWith('login-'))
        .map(({ kind, metadata }) => `${kind} ${metadata.name.split('-')[0]}`);
    const { allow, logins } = closedShop.protection ?? {};
    expect(named({ ...shop, protection: { allow } })).toEqual(['Middleware allow', 'Middleware chain']);
    expect(named({ ...shop, protection: { logins } })).toEqual([
      'Secret login',
      'Middleware login',
      'Middleware chain',
    ]);
    expect(named({ ...shop, protection: {} })).toEqual([]);
    expect(workloadManifests({ ...shop, protection: {} }, settings)).toEqual(workloadManifests(shop, settings));
    expect(named({ ...closedShop, processes: shop.processes.slice(1) })).toEqual([]);
  });

  it('ask by names of one length, so that none is that of another namespace with the rest of it before', () => {
    fc.assert(
      fc.property(anyWorkload, (desired) => {
        const asking = workloadManifests({ ...closedShop, ...desired, protection: closedShop.protection }, settings);
        const names = asking.filter(({ kind }) => kind === 'Middleware').map(({ metadata }) => metadata.name);
        expect(names.map((name) => name.length)).toEqual(names.map(() => 'chain-'.length + 16));
      }),
    );
  });

  it('run a canary beside what serves, and share the requests between both', () => {
    const all = (desired: DesiredWorkload) => [...configManifests(desired), ...workloadManifests(desired, settings)];
    const own = new Set(all(shop).map(identityOf));
    const added = all(sharedShop).filter((each) => !own.has(identityOf(each)));
    const others = (desired: DesiredWorkload) =>
      all(desired).filter((each) => each.kind !== 'HTTPRoute' && own.has(identityOf(each)));
    expect(others(sharedShop)).toEqual(others(shop));
    const routes = all(sharedShop).filter(({ kind }) => kind === 'HTTPRoute');
    expectGolden('canary', [...added, ...routes]);
    const { canary: _, ...ended } = sharedShop;
    expect(all(ended)).toEqual(all(shop));
  });

  it('have no selector in common with a canary', () => {
    const canary = workloadManifests(sharedShop, settings).filter((each) => each.metadata.name.includes('-canary-'));
    const own = workloadManifests(shop, settings);
    const [labels] = canary.flatMap(podLabelsIn);
    const selects = (each: KubeObject) => selectorsIn(each).some((one) => isPartOf(one, labels!));
    expect(own.filter(selects)).toEqual([]);
    expect(canary.filter(selects).map(({ kind }) => kind)).toEqual([
      ...['Service', 'NetworkPolicy', 'Deployment', 'PodDisruptionBudget'],
    ]);
    expect(
      own.flatMap(podLabelsIn).filter((each) => canary.flatMap(selectorsIn).some((one) => isPartOf(one, each))),
    ).toEqual([]);
  });

  it('give a canary nothing where routes have no weights', () => {
    const routes = (desired: DesiredWorkload) =>
      workloadManifests(desired, ingressSettings).filter(({ kind }) => kind === 'Ingress');
    expect(routes(sharedShop)).toEqual(routes(shop));
  });

  it('keep what instances keep', () =>
    expectGolden('volumes', [configManifest(keeper), ...workloadManifests(keeper, settings)]));

  it('never change what a StatefulSet is made from when a volume grows or has more copies', () => {
    fc.assert(
      fc.property(anyWorkload, fc.integer({ min: 1, max: 4_096 }), (desired, more) => {
        const grown = {
          ...desired,
          processes: desired.processes.map((each) => ({
            ...each,
            ...(each.volumes && {
              volumes: each.volumes.map((volume) => ({
                ...{ ...volume, sizeMib: volume.sizeMib + more, copies: volume.copies + more },
              })),
            }),
          })),
        };
        const fixed = (manifests: readonly KubeObject[]) =>
          manifests.filter(({ kind }) => kind === 'StatefulSet').map((each) => JSON.stringify(each));
        expect(fixed(workloadManifests(grown, settings))).toEqual(fixed(workloadManifests(desired, settings)));
        const claims = (of: DesiredWorkload) =>
          workloadManifests(of, settings).flatMap(({ kind, metadata }) =>
            kind === 'PersistentVolumeClaim' ? [metadata.name] : [],
          );
        expect(claims(grown)).toEqual(expect.arrayContaining(claims(desired)));
      }),
    );
  });

  it('have the claims that the pods of a StatefulSet look for, and mount each volume once', () => {
    fc.assert(
      fc.property(anyWorkload, (desired) => {
        const manifests = workloadManifests(desired, settings) as unknown as Workable[];
        const claims = manifests
          .filter(({ kind }) => kind === 'PersistentVolumeClaim')
          .map(({ metadata }) => metadata.name);
        expect(claims.every(isDnsLabel)).toBe(true);
        const wanted = manifests.flatMap(claimsOf);
        expect([...claims].sort()).toEqual(expect.arrayContaining(wanted));
        for (const { spec } of manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')) {
          const mounts = spec.template.spec.containers[0]!.volumeMounts.map(({ name }) => name);
          expect(new Set(mounts).size).toBe(mounts.length);
        }
      }),
    );
  });

  it('run a command once', () => expectGolden('task', taskManifests(taskOn(shop), settings)));

  it('give a task names that no workload of its environment has, and labels that select none of its pods', () => {
    fc.assert(
      fc.property(anyWorkload, (desired) => {
        const named = taskManifests(taskOn(desired), settings);
        const others = [configManifest(desired), ...pullManifest(desired), ...workloadManifests(desired, settings)].map(
          identityOf,
        );
        expect(named.map(identityOf).filter((each) => others.includes(each))).toEqual([]);
        for (const { metadata } of named) {
          expect(isDnsLabel(`${metadata.name}-abcde`)).toBe(true);
          for (const value of Object.values(metadata.labels ?? {})) expect(isLabel(value)).toBe(true);
          const component = metadata.labels?.['app.kubernetes.io/component'] ?? '';
          expect(desired.processes.map(({ name }) => name)).not.toContain(component);
        }
      }),
    );
  });

  it('leave out what is not asked for', () => {
    const kinds = (manifests: KubeObject[]) => manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const walls = isolationManifests({ ...space, quota: null, internet: false }, settings);
    expect(kinds(walls)).toEqual([
      `Namespace ${space.namespace}`,
      'NetworkPolicy default-deny',
      'NetworkPolicy allow-dns',
      'ServiceAccount workload',
      'LimitRange limits',
    ]);
    const worker = shop.processes.filter(({ name }) => name === 'worker');
    expect(kinds(workloadManifests({ ...shop, processes: worker }, settings))).toEqual([
      expect.stringMatching(/^Deployment shop-worker-[0-9a-f]{8}$/),
    ]);
    expect(kinds(workloadManifests({ ...shop, hosts: [] }, settings))).not.toContain('HTTPRoute shop');
  });

  it('lead a path of a host by a route of its own, beside that of the host', () => {
    const paths = [{ host: 'www.shop.example.com', path: '/api' }];
    const leading = (kind: string, given: ClusterSettings) =>
      workloadManifests({ ...shop, paths }, given).filter((each) => each.kind === kind) as unknown as Leading[];
    const routes = leading('HTTPRoute', settings);
    expect(
      routes.map(({ spec }) => [spec.hostnames, spec.rules.map(({ matches }) => matches?.map(({ path }) => path))]),
    ).toEqual([
      [['shop.example.com'], [[{ type: 'PathPrefix', value: '/' }]]],
      [['www.shop.example.com'], [[{ type: 'PathPrefix', value: '/' }]]],
      [['www.shop.example.com'], [[{ type: 'PathPrefix', value: '/api' }]]],
    ]);
    expect(new Set(routes.map(({ metadata }) => metadata.name)).size).toBe(3);
    const [, , ingress] = leading('Ingress', { ...settings, ingressClass: 'nginx' });
    expect(ingress?.spec.rules).toMatchObject([
      { host: 'www.shop.example.com', http: { paths: [{ path: '/api', pathType: 'Prefix' }] } },
    ]);
  });

  it('pause an older cluster with a program, which has no action for it', () => {
    const preStop = (minor: number) =>
      JSON.stringify(workloadManifests(shop, { ...settings, minor })).includes('"sleep":');
    expect([preStop(29), preStop(30)]).toEqual([false, true]);
  });

  it('are the same for the same input', () => {
    fc.assert(
      fc.property(anyWorkload, (desired) => {
        expect(workloadManifests(structuredClone(desired), settings)).toEqual(workloadManifests(desired, settings));
      }),
    );
  });

  it.each([
    ['a Gateway', settings],
    ['Ingresses', ingressSettings],
  ])('have unique and valid names, whatever the workload, through %s', (_, through) => {
    fc.assert(
      fc.property(anyWorkload, (desired) => {
        expect(desiredWorkload.safeParse(desired).error).toBeUndefined();
        const secrets = [configManifest(desired), ...pullManifest(desired), ...loginsManifest(desired)];
        const manifests = [...secrets, ...workloadManifests(desired, through)];
        const identities = manifests.map(identityOf);
        expect(new Set(identities).size).toBe(identities.length);
        for (const { metadata } of manifests) {
          expect(isDnsLabel(metadata.name)).toBe(true);
          expect(metadata.namespace).toBe(space.namespace);
          for (const value of Object.values(metadata.labels ?? {})) expect(isLabel(value)).toBe(true);
        }
      }),
    );
  });

  it('never share a name, however two apps of an environment and their process types are called', () => {
    const named = (name: string, process: string) => ({
      ...{ ...shop, name, workloadId: name },
      processes: shop.processes.map((each) => ({ ...each, instances: 2, name: each.name === 'web' ? 'web' : process })),
    });
    const piece = fc.constantFrom('a', 'b', 'web', 'config', 'from', 'gateway');
    const name = fc
      .array(piece, { minLength: 1, maxLength: 12 })
      .map((pieces) => pieces.join('-').slice(0, 30).replace(/-$/, ''));
    fc.assert(
      fc.property(fc.tuple(name, name, name, name), ([one, other, process, another]) => {
        fc.pre(one !== other && process !== 'web' && another !== 'web');
        const all = [named(one, process), named(other, another)].flatMap((desired) => [
          configManifest(desired),
          ...pullManifest(desired),
          ...workloadManifests(desired, settings),
        ]);
        expect(new Set(all.map(identityOf)).size).toBe(all.length);
      }),
      { numRuns: 500 },
    );
  });

  it('say as whom the image is pulled in a Secret that every pod names, and nowhere else', () => {
    const logins = [
      { registry: 'docker.io', username: 'robot', password: 'canary-1' },
      { registry: 'registry.example:5000', username: 'robot', password: 'canary-2' },
    ];
    const desired = { ...shop, registries: { version: 'one', logins } };
    const [secret, ...more] = pullManifest(desired) as (KubeObject & { data: Record<string, string> })[];
    expect(more).toEqual([]);
    const { auths } = JSON.parse(Buffer.from(secret?.data['.dockerconfigjson'] ?? '', 'base64').toString()) as {
      auths: Record<string, { auth: string; password: string }>;
    };
    expect(Object.keys(auths)).toEqual(['https://index.docker.io/v1/', 'registry.example:5000']);
    expect(Buffer.from(auths['registry.example:5000']?.auth ?? '', 'base64').toString()).toBe('robot:canary-2');
    const rest = JSON.stringify(workloadManifests(desired, settings));
    expect(rest.split('"imagePullSecrets":[{"name":"shop-pull"}]')).toHaveLength(3);
    for (const form of ['canary', Buffer.from('canary').toString('base64').slice(0, 7)])
      expect(rest).not.toContain(form);
    const { registries: _, ...unknown } = desired;
    expect(pullManifest(unknown)).toEqual([]);
    expect(JSON.stringify(workloadManifests(unknown, settings))).not.toContain('imagePullSecrets');
  });

  it('replace no pod when it changes as whom images are pulled', () => {
    fc.assert(
      fc.property(anyWorkload, anyWorkload, (desired, { registries }) => {
        expect(workloadManifests({ ...desired, registries }, settings)).toEqual(workloadManifests(desired, settings));
      }),
    );
  });

  it('show no value of the environment but in the Secret', () => {
    const canary = 'canary-7c1f';
    const text = JSON.stringify(workloadManifests({ ...shop, environment: { A: canary } }, settings));
    for (const form of [canary, Buffer.from(canary).toString('base64'), encodeURIComponent(canary)])
      expect(text).not.toContain(form);
  });
});
