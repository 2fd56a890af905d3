import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeClient, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NodeSummaries } from './node-summaries.js';

class HeldClock extends Clock {
  private time = Date.parse('2026-11-21T10:00:00Z');
  override now(): Date {
    return new Date(this.time);
  }
  pass(seconds: number): void {
    this.time += seconds * 1_000;
  }
}

const ofPod = (usedBytes: number) => ({
  pods: [
    {
      podRef: { name: 'web', namespace: 'shop', uid: 'one' },
      'ephemeral-storage': { usedBytes, time: '2026-11-21T10:00:00Z' },
      volume: [
        { name: 'tmp', usedBytes: 1 },
        { pvcRef: { name: 'data', namespace: 'shop' }, usedBytes: 2 },
        { pvcRef: { name: 'new', namespace: 'shop' } },
      ],
    },
    { podRef: { name: 'new', namespace: 'shop', uid: 'two' } },
  ],
});

describe('what nodes say of storage', () => {
  let server: Server;
  let client: KubeClient;
  let asked: string[];
  let answer: { status: number; body: unknown };
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = new KubeClient(new Transport({ server: `http://127.0.0.1:${port}` }, new Clock()));
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: ofPod(10) };
  });
  afterAll(async () => {
    client.transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const summaries = () => {
    const clock = new HeldClock();
    return { clock, nodes: new NodeSummaries(client, clock) };
  };

  it('is read by pod: what it wrote itself, and what is in its claims', async () => {
    const said = await summaries().nodes.of('node/1');
    expect(asked).toEqual(['/api/v1/nodes/node%2F1/proxy/stats/summary']);
    expect(said?.get('one')).toEqual({ ownBytes: 10, claims: new Map([['data', 2]]) });
    expect(said?.get('two')).toEqual({ ownBytes: null, claims: new Map() });
  });

  it('is asked once for all who look at a time, and anew when a kubelet has looked again', async () => {
    const { clock, nodes } = summaries();
    const both = await Promise.all([nodes.of('node-1'), nodes.of('node-1')]);
    clock.pass(9);
    await nodes.of('node-1');
    expect(asked).toHaveLength(1);
    answer.body = ofPod(20);
    clock.pass(2);
    expect((await nodes.of('node-1'))?.get('one')?.ownBytes).toBe(20);
    expect(both[0]?.get('one')?.ownBytes).toBe(10);
    await nodes.of('node-2');
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['may not be asked', { status: 403, body: { reason: 'Forbidden', message: 'no' } }],
    ['does not answer', { status: 502, body: { message: 'bad gateway' } }],
    ['is none that has a kubelet', { status: 200, body: { kind: 'Status' } }],
  ])('is unknown of a node that %s, which is asked again after a minute', async (_, refusal) => {
    const { clock, nodes } = summaries();
    answer = refusal;
    expect(await nodes.of('node-1')).toBeNull();
    answer = { status: 200, body: ofPod(10) };
    clock.pass(59);
    expect(await nodes.of('node-1')).toBeNull();
    expect(asked).toHaveLength(1);
    clock.pass(2);
    expect((await nodes.of('node-1'))?.get('one')?.ownBytes).toBe(10);
  });
});
