import { randomUUID } from 'node:crypto';
import type { DesiredLink, DesiredTask, DesiredWorkload } from '@berth/contracts/runtime';
import { kinds, type KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const hash = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const patient = { within: 60_000 };
const id = randomUUID();
const namespace = `shop-${id.slice(0, 8)}`;
const linkTo = (name: string): DesiredLink => ({ workloadId: randomUUID(), name, host: `${name}.localhost` });
const [billing, search] = [linkTo('billing'), linkTo('search')];

interface Policy extends KubeObject {
  readonly spec: { readonly policyTypes: readonly string[] };
}

const at = (generation: number, config: string, links: DesiredLink[]): DesiredWorkload => ({
  ...{ workloadId: id, organizationId: id, projectId: id, environmentId: id, appId: id },
  ...{ namespace, name: 'shop', generation, links },
  release: {
    ...{ number: generation, hash: hash(`a${generation}`), configHash: hash(config) },
    artifact: { kind: 'image', digest: hash('1111'), sizeBytes: 1 },
  },
  environment: { SEARCH_HOST: 'mine' },
  processes: [
    {
      ...{ name: 'web', instances: 1, command: 'run', cpuMillicores: 100, memoryMib: 64 },
      health: { path: null, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 },
    },
  ],
  ...{ hosts: [], restartToken: 'token', startDeadlineSeconds: 20, stopDeadlineSeconds: 3 },
});

describe('links on Kubernetes', () => {
  let world: KubernetesWorld;
  beforeAll(async () => {
    world = await kubernetesWorld();
  }, 1_200_000);
  afterAll(() => world.close());

  const apply = (desired: DesiredWorkload) => world.runtime.apply(desired, never);
  const policies = async (label = `berth.dev/workload=${id}`): Promise<Policy[]> => {
    const found: Policy[] = [];
    const options = { namespace, selector: label };
    for await (const { items } of world.direct.pages<Policy>(kinds.networkPolicy, never, options)) found.push(...items);
    return found;
  };
  /** The doors in the walls, by name and direction. */
  const doors = async (label?: string) =>
    (await policies(label))
      .map(({ metadata, spec }) => `${metadata.name.replace(/-[0-9a-f]{8}$/, '')} ${spec.policyTypes.join()}`)
      .filter((each) => !each.includes('from-gateway'))
      .sort();
  const both = (name: string) => [`shop-into-${name} Ingress`, `shop-to-${name} Egress`];
  const untilDoors = (...names: string[]) =>
    eventually(async () => expect(await doors()).toEqual(names.flatMap(both).sort()), patient);
  const config = async (name: string) => {
    const { data } = (await world.direct.get(kinds.secret, `shop-config-${name}`, never, namespace)) as KubeObject & {
      readonly data: Record<string, string>;
    };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };

  it('are two policies for each pair, and variables beneath those of the workload', async () => {
    await apply(at(1, 'c1', [billing, search]));
    expect(await doors()).toEqual([...both('billing'), ...both('search')].sort());
    expect(await config('c100000000')).toEqual({
      ...{ BILLING_URL: 'http://billing', BILLING_HOST: 'billing', BILLING_PORT: '80' },
      ...{ SEARCH_URL: 'http://search', SEARCH_HOST: 'mine', SEARCH_PORT: '80' },
    });
  });

  it('come back when somebody takes one away', async () => {
    // A lower generation asks for the state to be stated anew; from 1 there is no lower one.
    const stated = async () => (await world.runtime.observe(id, never))?.observedGeneration;
    for (const generation of [2, 3]) {
      await apply(at(generation, 'c1', [billing, search]));
      await eventually(async () => expect(await stated()).toBe(generation), patient);
      const way = generation === 2 ? 'shop-to' : 'shop-into';
      const [taken] = (await policies()).filter(({ metadata }) => metadata.name.startsWith(way));
      await world.direct.delete(taken!, never);
      await eventually(async () => expect(await stated()).toBe(generation - 1), patient);
      await apply(at(generation, 'c1', [billing, search]));
      await untilDoors('billing', 'search');
    }
  });

  it('of the release before stay open until they are stated no more, and are in no variables', async () => {
    await apply({ ...at(4, 'c3', [billing, { ...search, isFormer: true }]), onTrial: true });
    await untilDoors('billing', 'search');
    expect(Object.keys(await config('c300000000'))).toEqual(expect.not.arrayContaining(['SEARCH_URL']));
    expect((await world.runtime.observe(id, never))?.onTrial).toBe(true);
    // What is on trial is stated anew until nothing of the former is left: its config goes with the last pod that has it.
    await eventually(async () => {
      await apply(at(4, 'c3', [billing]));
      expect(await world.runtime.observe(id, never)).not.toHaveProperty('onTrial');
    }, patient);
    await untilDoors('billing');
  });

  it('of a command go with it', async () => {
    const { generation: _g, processes: _p, hosts: _h, restartToken: _t, ...rest } = at(5, 'c4', [search]);
    const { startDeadlineSeconds: _s, ...place } = rest;
    const process = { name: 'release', command: 'migrate', cpuMillicores: 100, memoryMib: 64 };
    const task: DesiredTask = { ...place, taskId: randomUUID(), process, deadlineSeconds: 60 };
    const label = `berth.dev/task=${task.taskId}`;
    await world.runtime.startTask(task, never);
    expect((await doors(label)).map((each) => each.split(' ')[1])).toEqual(['Ingress', 'Egress']);
    await apply(at(4, 'c3', [billing]));
    expect(await doors(label)).toHaveLength(2);
    await world.runtime.endTask(id, task.taskId, never);
    await eventually(async () => expect(await doors(label)).toEqual([]), patient);
  });

  it('go with the workload', async () => {
    await world.runtime.remove(id, never);
    await eventually(async () => expect(await policies()).toEqual([]), patient);
  });
});
