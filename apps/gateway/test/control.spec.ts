import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stat, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { startGateway } from '../src/gateway.js';
import { withSigningKeys } from './with-signing-keys.js';
import {
  call,
  emptyKong,
  gatewayOptions,
  makeKey,
  startTestGateway,
  startUpstream,
  type TestGateway,
  type TestKey,
  type TestUpstream,
} from './harness.js';

const template = `
_format_version: '3.0'
services:
  - name: projects
    url: http://nobody.invalid
    routes:
      - name: projects
        paths: [/projects]
        plugins: [{ name: jwt, config: { key_claim_name: kid, claims_to_verify: [exp] } }]
consumers: [{ username: berth }]
`;

describe('control socket', () => {
  let upstream: TestUpstream;
  let gateway: TestGateway;
  let oldKey: TestKey;
  let newKey: TestKey;
  const statusWith = async (key: TestKey) => {
    const headers = { authorization: `Bearer ${await key.token()}` };
    return (await gateway.call({ path: '/projects', headers })).status;
  };

  beforeAll(async () => {
    [oldKey, newKey] = await Promise.all([makeKey('old'), makeKey('new')]);
    upstream = await startUpstream();
    gateway = await startTestGateway(withSigningKeys(template, [oldKey.jwk]), {
      upstreams: { projects: upstream.url },
    });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it('may be opened by its owner alone', async () => {
    expect((await stat(gateway.controlSocket)).mode & 0o777).toBe(0o600);
  });

  it('takes the place of a socket that a killed process left behind', async () => {
    const options = await gatewayOptions(emptyKong);
    await writeFile(options.controlSocket, '');
    const own = await startGateway(options);
    expect((await call({ socketPath: options.controlSocket, path: '/routes' })).status).toBe(200);
    await own.close();
    await options.remove();
  });

  it('is refused with a clear sentence when its path is too long for the system', async () => {
    const options = await gatewayOptions(emptyKong);
    const controlSocket = `/tmp/${'x'.repeat(120)}.sock`;
    await expect(startGateway({ ...options, controlSocket })).rejects.toThrow('control socket is too long');
    await options.remove();
  });

  it('leaves nothing behind when the port is taken', async () => {
    const options = await gatewayOptions(emptyKong);
    await expect(startGateway({ ...options, port: upstream.port })).rejects.toThrow('EADDRINUSE');
    const late = call({ socketPath: options.controlSocket, path: '/routes' });
    await expect(late).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await options.remove();
  });

  it('answers 404 to what it does not know', async () => {
    expect((await gateway.control('DELETE', '/routes')).status).toBe(404);
  });

  describe('POST /config', () => {
    it('brings a new key into effect at once, beside the old one, and tells which keys it knows', async () => {
      expect([await statusWith(oldKey), await statusWith(newKey)]).toEqual([200, 401]);
      const both = withSigningKeys(template, [oldKey.jwk, newKey.jwk]);
      const answer = await gateway.control('POST', '/config', { config: both });
      expect([answer.status, JSON.parse(answer.body).keys]).toEqual([201, ['new', 'old']]);
      expect([await statusWith(oldKey), await statusWith(newKey)]).toEqual([200, 200]);
      await gateway.control('POST', '/config', withSigningKeys(template, [newKey.jwk]));
      expect([await statusWith(oldKey), await statusWith(newKey)]).toEqual([401, 200]);
      const status = JSON.parse((await gateway.control('GET', '/config/status')).body);
      expect(status).toMatchObject({ version: 3, keys: ['new'], hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    });

    it('names the field that is wrong and keeps the former configuration', async () => {
      const before = (await gateway.control('GET', '/config/status')).body;
      const answer = await gateway.control('POST', '/config', `${template}plugins: [{ name: acl }]`);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body).errors[0]).toContain('plugins.0.name: plugin "acl" is not supported');
      expect((await gateway.control('GET', '/config/status')).body).toBe(before);
      expect(await statusWith(newKey)).toBe(200);
    });

    it('takes the configuration as JSON too', async () => {
      const json = { _format_version: '3.0', services: [] };
      expect((await gateway.control('POST', '/config', json)).status).toBe(201);
      expect((await gateway.control('POST', '/config', '{"config": ')).status).toBe(400);
      await gateway.control('POST', '/config', withSigningKeys(template, [newKey.jwk]));
    });

    it('rotates keys under load without one request dropped or refused', async () => {
      const both = withSigningKeys(template, [oldKey.jwk, newKey.jwk]);
      await gateway.control('POST', '/config', both);
      const tokens = await Promise.all([oldKey.token(), newKey.token()]);
      const agent = new Agent({ keepAlive: true, maxSockets: 16 });
      let rotating = true;
      const statuses: number[] = [];
      const client = async (token: string | undefined) => {
        while (rotating) {
          const headers = { authorization: `Bearer ${token}` };
          statuses.push((await gateway.call({ path: '/projects', headers, agent })).status);
        }
      };
      const clients = Array.from({ length: 16 }, (_, index) => client(tokens[index % 2]));
      for (let turn = 0; turn < 20 || statuses.length <= 50; turn++) await gateway.control('POST', '/config', both);
      rotating = false;
      await Promise.all(clients);
      agent.destroy();
      expect(new Set(statuses)).toEqual(new Set([200]));
    });
  });

  describe('PUT /routes', () => {
    const table = (version: number, hosts: string[]) => ({
      version,
      routes: hosts.map((host) => ({ host, upstreams: [{ id: `${host}-1`, host: '127.0.0.1', port: upstream.port }] })),
    });

    it('replaces the whole table, refuses older versions, and takes the same one again', async () => {
      expect(JSON.parse((await gateway.control('GET', '/routes')).body)).toEqual({ version: 0, routes: [] });
      const first = await gateway.control('PUT', '/routes', table(5, ['a.localhost', 'b.localhost']));
      expect([first.status, first.body]).toEqual([200, '{"version":5}']);
      expect((await gateway.call({ host: 'a.localhost' })).status).toBe(200);
      expect((await gateway.control('PUT', '/routes', table(4, ['a.localhost']))).status).toBe(409);
      expect((await gateway.control('PUT', '/routes', table(5, ['c.localhost']))).status).toBe(409);
      expect((await gateway.control('PUT', '/routes', table(5, ['a.localhost', 'b.localhost']))).status).toBe(200);
      await gateway.control('PUT', '/routes', table(6, ['b.localhost']));
      expect((await gateway.call({ host: 'a.localhost' })).status).toBe(404);
      expect(JSON.parse((await gateway.control('GET', '/routes')).body)).toEqual(table(6, ['b.localhost']));
    });

    it.each([
      ['no JSON', 'routes'],
      ['an unknown field', { version: 9, routes: [], more: 1 }],
      ['a port that is none', { version: 9, routes: [{ host: 'a', upstreams: [{ id: '1', host: 'h', port: 0 }] }] }],
      [
        'one host twice',
        {
          version: 9,
          routes: [
            { host: 'a', upstreams: [] },
            { host: 'A', upstreams: [] },
          ],
        },
      ],
    ])('refuses %s and keeps the table', async (_, body) => {
      expect((await gateway.control('PUT', '/routes', body)).status).toBe(400);
      expect(JSON.parse((await gateway.control('GET', '/routes')).body).version).toBe(6);
    });
  });

  it('refuses a drain without an upstream', async () => {
    expect((await gateway.control('POST', '/drain', { timeoutMilliseconds: 1 })).status).toBe(400);
  });
});
