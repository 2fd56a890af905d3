import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PodFiguresSource } from './pod-figures-source.js';
import { prometheusAt } from './prometheus-at.js';
import { statisticsCheck } from './statistics-check.js';
import { statisticsCondition } from './statistics-condition.js';

class HeldClock extends Clock {
  private passed = 0;
  override monotonic(): number {
    return this.passed;
  }
  pass(seconds: number): void {
    this.passed += seconds * 1_000;
  }
}

interface Asked {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly query: string | null;
}

const never = new AbortController().signal;
const vectorOf = (...result: object[]) => ({ status: 'success', data: { resultType: 'vector', result } });
const sample = (metric: object, value: string) => ({ metric, value: [1_700_000_000.5, value] });

describe('a Prometheus', () => {
  let server: Server;
  let url: string;
  let asked: Asked[];
  let answer: { status: number; body: unknown };
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const query = new URLSearchParams(text).get('query');
        asked.push({ url: request.url, authorization: request.headers.authorization, query });
        response.writeHead(answer.status).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: vectorOf() };
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is asked below its address, with its token, and what is no number is left out', async () => {
    answer.body = vectorOf(sample({ pod: 'a' }, '1.5'), sample({ pod: 'b' }, 'NaN'), sample({ pod: 'c' }, '+Inf'));
    const found = await prometheusAt({ url: `${url}/prefix/`, token: 'x y' }, true).query('up', never);
    expect(found).toEqual([{ labels: { pod: 'a' }, value: 1.5 }]);
    expect(asked).toEqual([{ url: '/prefix/api/v1/query', authorization: 'Bearer x y', query: 'up' }]);
    await prometheusAt({ url }, true).query('up', never);
    expect(asked[1]).toMatchObject({ url: '/api/v1/query', authorization: undefined });
  });

  it.each([
    [401, {}, 'Refuses'],
    [403, {}, 'Refuses'],
    [200, { status: 'success', data: { resultType: 'matrix', result: [] } }, 'IsNoPrometheus'],
    [302, {}, 'IsNoPrometheus'],
    [500, 'nothing', 'IsNoPrometheus'],
    [200, vectorOf(), 'HasNoFigures'],
  ])('that answers %i %j is no source of figures, and the condition says why', async (status, body, reason) => {
    answer = { status, body };
    const said = await statisticsCondition(prometheusAt({ url }, true), never);
    expect(said).toMatchObject({ type: 'Statistics', status: 'false', reason });
    expect(said.message).toMatch(/metrics\.k8s\.io\.$/);
    expect(await statisticsCheck(prometheusAt({ url }, true), never)).toEqual({
      ...{ name: 'statistics', outcome: 'warning', message: said.message, nextStep: expect.stringMatching(/\.$/) },
    });
  });

  it('that nobody configured is told as a warning: nothing else knows of the network', async () => {
    const check = await statisticsCheck(undefined, never);
    expect(check).toMatchObject({ name: 'statistics', outcome: 'warning' });
    expect(check.nextStep).toContain('settings.prometheus');
  });

  it('that has figures is said to be the source', async () => {
    answer.body = vectorOf(sample({}, '12'));
    const said = await statisticsCondition(prometheusAt({ url }, true), never);
    expect(said).toMatchObject({ status: 'true', reason: 'Prometheus' });
    expect(await statisticsCheck(prometheusAt({ url }, true), never)).toEqual({
      ...{ name: 'statistics', outcome: 'passed', message: 'Prometheus says what instances use.', nextStep: null },
    });
  });

  it('where nobody answers is said to be so', async () => {
    const nowhere = prometheusAt({ url: 'http://127.0.0.1:1' }, true);
    expect(await statisticsCondition(nowhere, never)).toMatchObject({ status: 'false', reason: 'DoesNotAnswer' });
  });

  it.each(['https://127.0.0.1:1', 'http://prometheus.example'])(
    'at %s is not asked where only public addresses are, by https',
    async (address) => {
      const said = await statisticsCondition(prometheusAt({ url: address }, false), never);
      expect(said).toMatchObject({ status: 'false', reason: 'IsNotAsked' });
      const { nextStep } = await statisticsCheck(prometheusAt({ url: address }, false), never);
      expect(nextStep).toContain('PRIVATE_PROMETHEUS=true');
    },
  );

  it('that cannot be asked is left alone for a while, and then asked again', async () => {
    const clock = new HeldClock();
    const source = new PodFiguresSource(prometheusAt({ url }, true), clock);
    const memory = async () => (await source.of('shop', ['web-1'], [], never)).pods.get('web-1')?.memoryBytes;
    answer.status = 401;
    expect([await memory(), await memory()]).toEqual([undefined, undefined]);
    expect(asked).toHaveLength(1);
    clock.pass(30);
    answer = { status: 200, body: vectorOf(sample({ figure: 'memoryBytes', pod: 'web-1' }, '7')) };
    expect(await memory()).toBe(7);
  });

  it('is not asked about nothing', async () => {
    const source = new PodFiguresSource(prometheusAt({ url }, true), new HeldClock());
    expect((await source.of('shop', [], [], never)).pods.size).toBe(0);
    expect(asked).toEqual([]);
  });
});
