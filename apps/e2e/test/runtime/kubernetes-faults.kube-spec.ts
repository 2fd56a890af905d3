import { randomUUID } from 'node:crypto';
import type { DesiredWorkload, ObservedWorkload } from '@berth/contracts/runtime';
import { RuntimeUnavailable } from '@berth/deployment-management';
import { type Kind, kindOf, kinds, type KubeObject, pathOf } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never, untilAnswering } from './kubernetes-world.js';

const MERGE = 'application/merge-patch+json';
const mark = (hex: string): string => `sha256:${hex.padEnd(64, '0')}`;
const isWrite = ({ method }: { method: string }): boolean => method !== 'GET';
const health = { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
const processOf = (name: string, instances: number) => ({
  ...{ name, instances, command: `node ${name}.js`, cpuMillicores: 100, memoryMib: 64, health },
});

describe('a workload on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterEach(() => world.proxy.heal());
  afterAll(() => world.close());

  /** Generation 2, as the first one that deployment-management applies, in a namespace of its own. */
  function workload(change: Partial<DesiredWorkload> = {}): DesiredWorkload {
    const id = randomUUID();
    return {
      ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
      ...{ namespace: `shop-${id.slice(0, 8)}`, name: 'shop', generation: 2 },
      release: {
        ...{ number: 1, hash: mark('a1'), configHash: mark('c1') },
        artifact: { kind: 'image', digest: mark('1111'), sizeBytes: 1 },
      },
      environment: { GREETING: 'hello' },
      processes: [processOf('web', 2), processOf('worker', 1)],
      hosts: [`${id}.example.com`],
      ...{ restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
      ...change,
    };
  }
  const withDigest = (digest: string, change: Partial<DesiredWorkload> = {}): DesiredWorkload => {
    const desired = workload(change);
    return { ...desired, release: { ...desired.release, artifact: { kind: 'image', digest, sizeBytes: 1 } } };
  };
  const observe = (desired: DesiredWorkload) => world.runtime.observe(desired.workloadId, never);
  const until = (desired: DesiredWorkload, check: (observed: ObservedWorkload) => void): Promise<ObservedWorkload> =>
    eventually(
      async () => {
        const observed = (await observe(desired)) as ObservedWorkload;
        expect(observed).not.toBeNull();
        check(observed);
        return observed;
      },
      { within: 60_000 },
    );
  const isTrue = (desired: DesiredWorkload) => (observed: ObservedWorkload) => {
    const wanted = desired.processes.reduce((sum, { instances }) => sum + instances, 0);
    expect(observed.observedGeneration).toBe(desired.generation);
    expect(observed.instances.map(({ state, releaseHash }) => [state, releaseHash])).toEqual(
      Array.from({ length: wanted }, () => ['ready', desired.release.hash]),
    );
    expect(observed.routes).toEqual(desired.hosts.map((host) => ({ host, accepted: true })));
  };
  const running = async (desired = workload()): Promise<DesiredWorkload> => {
    await world.runtime.apply(desired, never);
    await until(desired, isTrue(desired));
    return desired;
  };
  const list = async (kind: Kind, namespace: string): Promise<KubeObject[]> => {
    const items: KubeObject[] = [];
    for await (const page of world.direct.pages(kind, never, { namespace })) items.push(...page.items);
    return items;
  };
  const edit = (object: KubeObject, body: object) => {
    const path = pathOf(kindOf(object), object.metadata.namespace, object.metadata.name);
    const query = '?fieldManager=somebody';
    return world.direct.transport.ask({ method: 'PATCH', path: path + query, body, contentType: MERGE, signal: never });
  };

  it('asks the cluster nothing when nothing changed: not to look, and not to state it again', async () => {
    const desired = await running();
    await eventually(() => expect(world.proxy.count(({ path }) => path.includes('watch=true'))).toBeGreaterThan(10));
    world.proxy.forget();
    for (let pass = 0; pass < 100; pass++) {
      await world.runtime.apply(desired, never);
      isTrue(desired)((await observe(desired)) as ObservedWorkload);
    }
    // A watch that the server ends in its own time is opened again.
    expect(world.proxy.seen.filter(({ path }) => !path.includes('watch=true'))).toEqual([]);
  });

  it.each([
    ['deployment', /^shop-web/],
    ['service', /^shop$/],
    ['secret', /^shop-config/],
    ['httpRoute', /^shop$/],
    ['podDisruptionBudget', /^shop-web/],
    ['networkPolicy', /^shop-from-gateway$/],
    ['networkPolicy', /^default-deny$/],
    ['limitRange', /^limits$/],
  ] as const)('says when somebody deleted a %s (%s), and brings it back', async (name, wanted) => {
    const desired = await running();
    const isChild = ({ metadata }: KubeObject) => wanted.test(metadata.name);
    const [child] = (await list(kinds[name], desired.namespace)).filter(isChild);
    await world.direct.delete(child!, never);
    await until(desired, ({ observedGeneration }) => expect(observedGeneration).toBe(1));
    await eventually(async () => {
      await world.runtime.apply(desired, never);
      isTrue(desired)((await observe(desired)) as ObservedWorkload);
    });
  });

  it('puts back what somebody edited, and leaves their own fields and objects alone', async () => {
    const desired = await running();
    const [deployment] = await list(kinds.deployment, desired.namespace);
    await edit(deployment!, { metadata: { annotations: { theirs: 'kept' } }, spec: { replicas: 0 } });
    const [policy] = (await list(kinds.networkPolicy, desired.namespace)).filter(
      ({ metadata }) => metadata.name === 'default-deny',
    );
    await edit(policy!, { spec: { policyTypes: ['Ingress'] } });
    const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: desired.namespace } };
    await world.direct.apply(foreign, never);
    await until(desired, ({ observedGeneration }) => expect(observedGeneration).toBe(1));
    // News of the one may come before those of the other.
    await eventually(async () => {
      await world.runtime.apply(desired, never);
      isTrue(desired)((await observe(desired)) as ObservedWorkload);
      expect(await world.direct.get(kinds.networkPolicy, 'default-deny', never, desired.namespace)).toMatchObject({
        spec: { policyTypes: ['Ingress', 'Egress'] },
      });
    });
    const [after] = await list(kinds.deployment, desired.namespace);
    expect(after?.metadata.annotations).toMatchObject({ theirs: 'kept' });
    expect(await world.direct.get(kinds.configMap, 'theirs', never, desired.namespace)).not.toBeNull();
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['a generation of its own', (text: string) => text.replace('"generation":2', '"generation":99')],
  ])('believes nothing in its record that somebody else wrote: %s', async (_, change) => {
    const desired = await running();
    const isRecord = ({ metadata }: KubeObject) => metadata.name === 'shop-desired';
    const record = (await list(kinds.configMap, desired.namespace)).find(isRecord) as KubeObject & {
      data: { desired: string };
    };
    const text = typeof change === 'string' ? change : change(record.data.desired);
    await edit(record, { data: { desired: text } });
    const observed = await until(desired, ({ observedGeneration }) => expect(observedGeneration).toBe(1));
    expect(observed.instances.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
    await world.runtime.apply(desired, never);
    await until(desired, isTrue(desired));
  });

  it('does not take over what somebody else has under its name', async () => {
    const desired = workload();
    const { namespace } = desired;
    await world.direct.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, never, {
      force: false,
    });
    const spec = {
      selector: { theirs: 'yes' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    };
    const path = `${pathOf(kinds.service, namespace)}?fieldManager=somebody`;
    const theirs = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: { ...spec, type: 'ExternalName', externalName: 'x.example' },
    };
    await world.direct.transport.ask({ method: 'POST', path, body: theirs, signal: never });
    await expect(world.runtime.apply(desired, never)).rejects.toThrow('Service');
    expect(await world.direct.get(kinds.service, 'shop', never, namespace)).toMatchObject({
      spec: { type: 'ExternalName', externalName: 'x.example' },
    });
  });

  it.each([
    ['0bad', 'image_not_found', 'starting'],
    ['dead', 'crash_loop', 'backoff'],
    ['feed', 'out_of_memory', 'backoff'],
    ['0ff0', 'health_check_failed', 'unready'],
  ])('says why instances of %s do not serve: %s', async (digest, cause, state) => {
    const desired = withDigest(mark(digest), { processes: [processOf('web', 1)] });
    await world.runtime.apply(desired, never);
    const observed = await until(desired, ({ instances }) => expect(instances[0]?.trouble?.cause).toBe(cause));
    expect(observed.instances[0]).toMatchObject({ state, routed: false, readySince: null });
    expect(observed.trouble?.cause).toBe(cause === 'image_not_found' ? cause : undefined);
    expect((await world.runtime.probe(desired.hosts[0]!, '/', never)).answered).toBe(false);
  });

  it('says that no node has room', async () => {
    const desired = workload({ processes: [{ ...processOf('web', 1), cpuMillicores: 64_000, memoryMib: 262_144 }] });
    const tight = { ...desired, processes: desired.processes.map((each) => ({ ...each, instances: 4 })) };
    await world.runtime.apply(tight, never);
    await until(tight, ({ instances }) =>
      expect(instances.some(({ trouble }) => trouble?.cause === 'unschedulable')).toBe(true),
    );
    await world.runtime.remove(tight.workloadId, never);
  });

  it('says that the quota of its namespace is used up', async () => {
    const desired = workload({ processes: [processOf('web', 3)] });
    const { namespace } = desired;
    await world.direct.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, never);
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'tight', namespace },
      spec: { hard: { pods: '1' } },
    };
    await world.direct.apply(quota as KubeObject, never);
    await eventually(async () => {
      const found = await world.direct.get<KubeObject & { status?: { used?: object } }>(
        kinds.resourceQuota,
        'tight',
        never,
        namespace,
      );
      expect(found?.status?.used).toEqual({ pods: '0' });
    });
    await world.runtime.apply(desired, never);
    const observed = await until(desired, ({ trouble }) => expect(trouble?.cause).toBe('quota_exceeded'));
    expect(observed.trouble?.evidence[0]).toContain('tight');
  });

  it('takes away process types and configurations that are wanted no longer', async () => {
    const desired = await running();
    const next = { ...desired, generation: 3, processes: [processOf('web', 1)] };
    await running({ ...next, release: { ...desired.release, hash: mark('a2'), configHash: mark('c2') } });
    const last = { ...next, generation: 4, release: { ...desired.release, hash: mark('a2'), configHash: mark('c2') } };
    await eventually(async () => {
      await world.runtime.apply(last, never);
      expect((await list(kinds.secret, desired.namespace)).map(({ metadata }) => metadata.name)).toEqual([
        'shop-config-c200000000',
      ]);
    });
    const names = async (kind: Kind) => (await list(kind, desired.namespace)).map(({ metadata }) => metadata.name);
    await eventually(async () => {
      expect(await names(kinds.deployment)).toEqual([expect.stringMatching(/^shop-web-/)]);
      expect(await names(kinds.podDisruptionBudget)).toEqual([]);
    });
  });

  it('is not as stated while a host leads to it that is stated no more', async () => {
    const desired = workload({ processes: [processOf('web', 1)] });
    const [own = ''] = desired.hosts;
    await running({ ...desired, hosts: [own, `shop.${own}`] });
    const next = { ...desired, generation: 3 };
    const isPrune = (method: string, path: string) => method === 'DELETE' && path.includes('/httproutes/');
    world.proxy.break({ when: isPrune, fault: { kind: 'status', status: 500 } });
    await expect(world.runtime.apply(next, never)).rejects.toBeInstanceOf(RuntimeUnavailable);
    world.proxy.heal();
    const hostsOf = async () => (await list(kinds.httpRoute, desired.namespace)).length;
    expect(await hostsOf()).toBe(2);
    // What was written has reached who looks: the route of its own host alone is said.
    await until(next, ({ routes, observedGeneration }) =>
      expect({ routes: routes.length, observedGeneration }).toEqual({ routes: 1, observedGeneration: 2 }),
    );
    await running(next);
    // A foreground deletion ends a moment later.
    await eventually(async () => expect(await hostsOf()).toBe(1));
  });

  it('shows a secret value in its Secret and nowhere else', async () => {
    const canary = 'canary-59b1c0';
    const desired = await running(workload({ environment: { TOKEN: canary } }));
    const forms = [canary, Buffer.from(canary).toString('base64')];
    const holders = [];
    for (const kind of Object.values(kinds)) {
      const text = JSON.stringify(await list(kind, kind.namespaced ? desired.namespace : ''));
      if (forms.some((form) => text.includes(form))) holders.push(kind.kind);
    }
    expect(holders).toEqual(['Secret']);
  });

  it('comes to be true whichever write of it breaks', async () => {
    for (let broken = 0; broken < 12; broken++) {
      const desired = workload({ processes: [processOf('web', 1)] });
      let writes = 0;
      world.proxy.heal();
      world.proxy.break({
        when: (method) => method !== 'GET' && writes++ >= broken,
        fault: { kind: 'status', status: 500 },
      });
      await world.runtime
        .apply(desired, never)
        .catch((error: unknown) => expect(error).toBeInstanceOf(RuntimeUnavailable));
      world.proxy.heal();
      const half = await observe(desired);
      if (half && half.observedGeneration === desired.generation) await until(desired, isTrue(desired));
      await running(desired);
    }
  }, 600_000);

  it('is known again, and true, after the API server and its store were killed and started', async () => {
    const desired = await running();
    await world.plane.kill('kube-apiserver');
    await world.plane.kill('etcd');
    await eventually(() => expect(observe(desired)).rejects.toBeInstanceOf(RuntimeUnavailable));
    await expect(world.runtime.apply(desired, never)).rejects.toBeInstanceOf(RuntimeUnavailable);
    await world.plane.start('etcd');
    await world.plane.start('kube-apiserver');
    await untilAnswering(world);
    world.proxy.forget();
    const next = { ...desired, generation: 3, release: { ...desired.release, number: 2, hash: mark('a3') } };
    await eventually(() => world.runtime.apply(next, never), { within: 60_000 });
    await until(next, isTrue(next));
    // A server that is not quite up refuses some, which are written again.
    const written = world.proxy.seen.filter((each) => isWrite(each) && each.status < 300).map(({ path }) => path);
    expect(new Set(written).size).toBeLessThan(10);
  }, 600_000);

  it.each(['cut', 'half'] as const)('says that it cannot be asked when its lines break off: %s', async (kind) => {
    const desired = await running(workload({ processes: [processOf('web', 1)] }));
    const read = async (): Promise<void> => {
      for await (const { text } of world.runtime.logs(desired.workloadId, { follow: true }, never))
        expect(text).toBeTruthy();
    };
    world.proxy.break({ when: (_, path) => path.includes('/log?'), fault: { kind } });
    await expect(read()).rejects.toBeInstanceOf(RuntimeUnavailable);
  });

  it('reads what its pods printed, and goes on after a cursor', async () => {
    const desired = await running(workload({ processes: [processOf('web', 1)] }));
    const read = async (after?: string) => {
      const lines = [];
      for await (const line of world.runtime.logs(
        desired.workloadId,
        { follow: false, ...(after && { after }) },
        never,
      ))
        lines.push(line);
      return lines;
    };
    const lines = await read();
    expect(lines.map(({ text, process, at }) => [text, process, at])).toEqual([
      ['listening on 8080', 'web', '2026-11-21T10:00:00.000Z'],
      ['no cache, starting empty', 'web', '2026-11-21T10:00:01.000Z'],
    ]);
    expect((await read(lines[0]?.cursor)).map(({ text }) => text)).toEqual(['no cache, starting empty']);
    expect(await read(lines[1]?.cursor)).toEqual([]);
  });
});
