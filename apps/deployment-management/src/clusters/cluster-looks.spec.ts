import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Clock } from '@berth/service-kit';
import { TestAuthority } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClusterSetup } from '../runtime/kubernetes/kubernetes-runtime.js';
import type { Prometheus } from '../runtime/prometheus/prometheus.js';
import { prometheusAt } from '../runtime/prometheus/prometheus-at.js';
import type { ClusterRow } from './cluster.js';
import { ClusterLooks } from './cluster-looks.js';
import type { ClusterSetups } from './cluster-setups.js';

let authority: TestAuthority;
let server: Server;
let status = 200;

beforeAll(async () => {
  authority = await TestAuthority.create();
  const { certFile, keyFile } = await authority.certificate('cluster');
  server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"gitVersion":"v1.31.0"}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await authority.remove();
});

async function look(address: string, authorityText = readFileSync(authority.caFile, 'utf8')) {
  const access = { server: address, authority: authorityText, token: () => 'x' };
  const setups = { of: () => Promise.resolve({ access }) } as unknown as ClusterSetups;
  const found = await new ClusterLooks(setups, new Clock()).health({} as ClusterRow, new AbortController().signal);
  return found?.trouble;
}
async function reportOf(address: string, prometheus?: Prometheus) {
  const access = { server: address, authority: readFileSync(authority.caFile, 'utf8'), token: () => 'x' };
  const setup = { access, settings: {}, ...(prometheus && { prometheus }) } as unknown as ClusterSetup;
  const { isFit, checks } = await new ClusterLooks({} as ClusterSetups, new Clock()).report(setup);
  return { isFit, said: checks.map(({ name, outcome }) => `${name} ${outcome}`) };
}
const address = () => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('a look at a cluster', () => {
  it.each([
    [401, /does not take the token/],
    [403, /answers 403/],
    [429, /answers 429/],
    [500, /answers 500/],
    [503, /answers 503/],
  ])('that is refused with %i says that something is there', async (refusal, message) => {
    status = refusal;
    expect(await look(address())).toEqual({ answers: true, message: expect.stringMatching(message) });
  });

  it('finds no trouble with one that can be asked', async () => {
    status = 200;
    expect(await look(address())).toBeNull();
  });

  it('says that nothing answers where nobody listens, or somebody else does', async () => {
    expect(await look('https://127.0.0.1:1')).toMatchObject({ answers: false });
    const stranger = await TestAuthority.create();
    expect(await look(address(), readFileSync(stranger.caFile, 'utf8'))).toMatchObject({ answers: false });
    await stranger.remove();
  });

  it('is a report with a line about its Prometheus, also when it cannot be asked itself', async () => {
    const nowhere = prometheusAt({ url: 'http://127.0.0.1:1' }, true);
    const lost = { isFit: false, said: ['reachable failed', 'statistics warning'] };
    expect(await reportOf('https://127.0.0.1:1')).toEqual(lost);
    expect(await reportOf('https://127.0.0.1:1', nowhere)).toEqual(lost);
    const answers = { query: () => Promise.resolve([{ labels: {}, value: 1 }]) } as unknown as Prometheus;
    expect((await reportOf('https://127.0.0.1:1', answers)).said).toEqual(['reachable failed', 'statistics passed']);
  });
});
