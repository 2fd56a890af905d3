import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent } from 'node:http';
import { emptyKong, startTestGateway, startUpstream, type TestGateway, type TestUpstream } from './harness.js';

const host = 'app.localhost';

describe('rolling replacement', () => {
  let gateway: TestGateway;
  let version = 0;
  let started = 0;

  beforeAll(async () => {
    gateway = await startTestGateway(emptyKong);
  });

  afterAll(() => gateway.close());

  const instance = async () => {
    const id = `instance-${++started}`;
    const upstream = await startUpstream((request, response) => {
      request.resume().once('end', () => setTimeout(() => response.end(id), Math.random() * 10));
    });
    return { id, upstream };
  };
  const route = (instances: { id: string; upstream: TestUpstream }[]) => {
    const upstreams = instances.map(({ id, upstream }) => ({ id, host: '127.0.0.1', port: upstream.port }));
    return gateway.control('PUT', '/routes', { version: ++version, routes: [{ host, upstreams }] });
  };

  it('loses no request, of whatever method, while instances are replaced ten times under load', async () => {
    let serving = [await instance(), await instance()];
    await route(serving);
    const agent = new Agent({ keepAlive: true, maxSockets: 24 });
    const results = new Map<string, number>();
    let rolling = true;
    const visit = async (method: string) => {
      while (rolling) {
        const body = method === 'POST' ? { body: 'payload' } : {};
        const outcome = await gateway.call({ method, host, agent, ...body }).then(
          ({ status }) => String(status),
          (error: Error) => error.message,
        );
        results.set(outcome, (results.get(outcome) ?? 0) + 1);
      }
    };
    const visitors = Array.from({ length: 24 }, (_, index) => visit(index % 2 ? 'GET' : 'POST'));
    // Ten times, and on a machine that is busy with other things for as long as it takes to matter.
    for (let round = 0; round < 10 || (results.get('200') ?? 0) <= 200; round++) {
      const former = serving;
      serving = [await instance(), await instance()];
      await route([...former, ...serving]);
      await route(serving);
      for (const { id, upstream } of former) {
        const drained = await gateway.control('POST', '/drain', { upstreamId: id, timeoutMilliseconds: 60_000 });
        expect(drained.body).toBe('{"inFlight":0}');
        await upstream.close();
      }
    }
    rolling = false;
    await Promise.all(visitors);
    agent.destroy();
    await Promise.all(serving.map(({ upstream }) => upstream.close()));
    expect([...results.keys()]).toEqual(['200']);
  });
});
