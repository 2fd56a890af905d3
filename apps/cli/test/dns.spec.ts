import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page } from './platform.js';
import { dnsZone } from './samples.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const since = '2026-11-21T10:00:00.000Z';
const condition = (status: string, message: string) => ({ type: 'Ready', status, reason: 'X', message, since });
const one = `/v1/dns-zones/${dnsZone.id}`;
const secret = 'b3BlbiBzZXNhbWUgYWdhaW4=';

describe('berth dns', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/dns-zones', page(dnsZone));
  });

  it.each([
    ['was not looked at', {}, 'not looked at yet'],
    ['is ready', { conditions: [condition('true', 'It takes them.')] }, 'ready'],
    [
      'cannot be written',
      { conditions: [condition('false', '9.9.9.9 knows no key berth-key')] },
      '9.9.9.9 knows no key',
    ],
    ['goes', { conditions: [condition('true', 'It takes them.')], deletedAt: since }, 'is being taken away'],
  ])('lists a zone that %s', async (_, more, text) => {
    platform.on('GET /v1/dns-zones', page({ ...dnsZone, ...more }));
    const { stdout } = await terminal.berth(['dns', 'list']);
    expect(stdout).toMatch(new RegExp(`shop\\.example +9\\.9\\.9\\.9 +berth-key +${text}`));
  });

  it('lists those of the platform without an organization', async () => {
    await terminal.berth(['dns', 'list', '--platform']);
    expect(platform.to('GET /v1/dns-zones').map(({ query }) => query.has('organization'))).toEqual([false]);
  });

  it('shows each record, where it leads, and what is missing', async () => {
    const record = { host: 'www.shop.example', state: 'refused', cause: 'foreign', liveAt: null };
    const values = [{ type: 'A', data: '192.0.2.1' }];
    platform.on(`GET ${one}/records`, page({ ...record, values, message: 'It is not ours.' }));
    const { stdout } = await terminal.berth(['dns', 'records', 'shop.example']);
    expect(stdout).toMatch(/www\.shop\.example +192\.0\.2\.1 +refused +It is not ours\./);
  });

  it('hands a zone over with the secret on stdin, which it does not print', async () => {
    platform.on('POST /v1/dns-zones', (_, response) => json(response, dnsZone, 201));
    const argv = ['dns', 'add', 'shop.example', '--at', '9.9.9.9', '1.1.1.1', '--key', 'berth-key', '--secret-stdin'];
    const { code, stdout, stderr } = await terminal.berth([...argv, '--ttl', '30'], { stdin: `${secret}\n` });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(platform.bodies('POST /v1/dns-zones')).toEqual([
      {
        ...{ organizationId: idOf(1), name: 'shop.example', servers: ['9.9.9.9', '1.1.1.1'], ttlSeconds: 30 },
        key: { name: 'berth-key', secret },
      },
    ]);
    expect(stdout).not.toContain(secret);
  });

  it('changes servers or the key, and asks whose secret it was given', async () => {
    platform.on(`PATCH ${one}`, dnsZone);
    await terminal.berth(['dns', 'update', 'shop.example', '--at', '1.1.1.1']);
    const key = ['--key', 'next', '--algorithm', 'hmac-sha512', '--secret-stdin'];
    await terminal.berth(['dns', 'update', 'shop.example', ...key], { stdin: secret });
    expect(platform.bodies(`PATCH ${one}`)).toEqual([
      { servers: ['1.1.1.1'] },
      { key: { name: 'next', algorithm: 'hmac-sha512', secret } },
    ]);
    const ran = await terminal.berth(['dns', 'update', 'shop.example', '--secret-stdin'], { stdin: secret });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--key NAME') });
  });

  it.each([
    ['with its records', [], 'force=false', 'goes when'],
    ['at once', ['--force'], 'force=true', 'is forgotten'],
  ])('removes a zone %s, when that is meant', async (_, more, query, text) => {
    platform.on(`DELETE ${one}`, (_request, response) => void response.writeHead(202).end());
    expect(await terminal.berth(['dns', 'remove', 'shop.example', ...more])).toMatchObject({ code: 2 });
    const ran = await terminal.berth(['dns', 'remove', 'shop.example', '--yes', ...more]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
    expect(platform.to(`DELETE ${one}`).map((each) => each.query.toString())).toEqual([query]);
  });

  it('says when there is no such zone', async () => {
    const ran = await terminal.berth(['dns', 'records', 'other.example']);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('berth dns list') });
  });
});

describe('berth clusters address', () => {
  withPlatform();

  it.each([
    [['192.0.2.1', '2001:db8::1'], 'lead to 192.0.2.1, 2001:db8::1'],
    [[], 'is not known'],
  ])('says where a cluster is reached: %j', async (address, text) => {
    const cluster = { id: idOf(90), name: 'berlin', conditions: [], address };
    platform.on('GET /v1/clusters', page(cluster));
    platform.on(`PUT /v1/clusters/${cluster.id}/address`, cluster);
    const ran = await terminal.berth(['clusters', 'address', 'berlin', ...address]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(text) });
    expect(platform.bodies(`PUT /v1/clusters/${cluster.id}/address`)).toEqual([{ address }]);
  });
});
