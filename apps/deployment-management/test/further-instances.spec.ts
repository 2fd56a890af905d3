import { once } from 'node:events';
import { SESSION_PROTOCOL } from '@berth/contracts/runtime';
import type { InstanceList } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { RuntimeUnavailable } from '../src/runtime/runtime.js';
import { Platform } from './fixtures/platform.js';
import { Scene } from './fixtures/scene.js';
import { placementsOf, type TestCluster } from './fixtures/second-cluster.js';
import { WatchedClusters } from './fixtures/watched-clusters.js';

jest.setTimeout(300_000);

const patient = { within: 60_000 };
const clusters = new WatchedClusters();
let platform: Platform;
let scene: Scene;
let berlin: TestCluster;
let token: string;
let number = 0;

beforeAll(async () => {
  platform = await Platform.start({ overrides: clusters.overrides });
  clusters.watch(platform);
});
beforeEach(async () => {
  scene = await Scene.make(platform);
  token = await platform.identity.member(scene.organizationId, 'developer');
  berlin = await clusters.register(`berlin-${++number}`, `r${number}`);
  await scene.deployLive('talks');
  await scene.owner.post(`/v1/workloads/${scene.id}/placements`, { cluster: berlin.name });
  await eventually(
    async () => expect(await placementsOf(scene)).toEqual({ local: 'active', [berlin.name]: 'active' }),
    patient,
  );
});
afterAll(() => platform.close());

interface Told {
  readonly id?: string;
  readonly event: string;
  readonly data: { readonly text?: string; readonly cluster: string };
}

const eventOf = (block: string): Told => {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
  return { ...(fields as { id?: string; event: string }), data: JSON.parse(fields['data']) as Told['data'] };
};

/** What is stored, up to the end of the stream. */
async function logs(after?: string): Promise<Told[]> {
  const answer = await fetch(`${platform.service.url}/v1/workloads/${scene.id}/logs?process=told`, {
    headers: { authorization: `Bearer ${token}`, ...(after !== undefined && { 'last-event-id': after }) },
  });
  const blocks = (await answer.text()).split('\n\n');
  return blocks.filter((block) => block.includes('data:')).map(eventOf);
}
const said = (told: readonly Told[]) => told.map(({ data }) => [data.cluster, data.text]);

describe('a workload on several clusters', () => {
  const print = ({ journal }: TestCluster['world'], text: string, second: number) =>
    journal.print(scene.id, { process: 'told', text }, new Date(Date.UTC(2026, 0, 1, 0, 0, second)));

  it('tells the lines of all in their order, goes on after any of them, and names who is silent', async () => {
    print(platform.runtime, 'one', 1);
    print(berlin.world, 'two', 2);
    print(platform.runtime, 'three', 3);
    print(berlin.world, 'four', 4);
    const all = await logs();
    expect(said(all)).toEqual([
      ['local', 'one'],
      [berlin.name, 'two'],
      ['local', 'three'],
      [berlin.name, 'four'],
    ]);
    expect(said(await logs(all[1]?.id))).toEqual(said(all.slice(2)));
    await clusters.goes(berlin);
    const rest = await logs();
    expect(said(rest.filter(({ event }) => event === 'line'))).toEqual([
      ['local', 'one'],
      ['local', 'three'],
    ]);
    expect(rest.filter(({ event }) => event === 'silent').map(({ data }) => data.cluster)).toEqual([berlin.name]);
  });

  it('lets into an instance of any, and says which cluster could not be asked for one', async () => {
    const { items } = await scene.owner.get<InstanceList>(`/v1/workloads/${scene.id}/instances`);
    const there = items.find(({ cluster }) => cluster === berlin.name)!.id;
    const way = (instance: string) => `/v1/workloads/${scene.id}/exec?command=echo&instance=${instance}`;
    const open = (instance: string) =>
      new WebSocket(`${platform.service.url.replace('http', 'ws')}${way(instance)}`, SESSION_PROTOCOL, {
        headers: { authorization: `Bearer ${token}` },
      });
    const client = open(there);
    await once(client, 'open');
    client.close();
    await clusters.goes(berlin);
    const refused = open(there);
    refused.on('error', () => undefined); // told by the answer
    const [, answer] = (await once(refused, 'unexpected-response')) as [
      unknown,
      AsyncIterable<Buffer> & { statusCode: number },
    ];
    let text = '';
    for await (const chunk of answer) text += chunk.toString();
    expect([answer.statusCode, (JSON.parse(text) as { detail: string }).detail]).toEqual([
      503,
      `${berlin.name} could not be asked.`,
    ]);
  });

  it('lets into an instance of one while another takes its time to say nothing', async () => {
    const { items } = await scene.owner.get<InstanceList>(`/v1/workloads/${scene.id}/instances`);
    const there = items.find(({ cluster }) => cluster === berlin.name)!.id;
    const says = jest.spyOn(platform.runtime, 'observe').mockImplementation((async (
      _id: string,
      signal: AbortSignal,
    ) => {
      await once(signal, 'abort');
      throw new RuntimeUnavailable('The cluster cannot be followed.');
    }) as never);
    const begun: boolean[] = [];
    const exec = berlin.world.exec.bind(berlin.world);
    jest.spyOn(berlin.world, 'exec').mockImplementation(((...given: [...Parameters<typeof exec>, AbortSignal]) => {
      begun.push(given[2].aborted);
      return exec(given[0], given[1]);
    }) as typeof exec);
    const client = new WebSocket(
      `${platform.service.url.replace('http', 'ws')}/v1/workloads/${scene.id}/exec?command=echo&instance=${there}`,
      SESSION_PROTOCOL,
      { headers: { authorization: `Bearer ${token}` } },
    );
    await once(client, 'open');
    client.close();
    says.mockRestore();
    expect(begun).toEqual([false]);
  });
});
