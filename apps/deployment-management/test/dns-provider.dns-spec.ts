import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DnsValue, markNameOf, type ZoneAccess } from '../src/dns-zones/dns-provider.js';
import { DEADLINE_MS } from '../src/dns-zones/rfc2136/exchange.js';
import { Rfc2136Provider } from '../src/dns-zones/rfc2136/rfc2136-provider.js';
import { withoutAny, withText, withValue } from '../src/dns-zones/rfc2136/update-message.js';
import { ZoneClient } from '../src/dns-zones/rfc2136/zone-client.js';
import { type Software, TestDnsServer } from './fixtures/dns-server.js';

const never = new AbortController().signal;
const one: DnsValue = { type: 'A', data: '192.0.2.1' };
const two: DnsValue = { type: 'A', data: '192.0.2.2' };
const six: DnsValue = { type: 'AAAA', data: '2001:db8::6' };
const gate: DnsValue = { type: 'CNAME', data: 'gate.example.net' };

describe.each<Software>(['bind', 'knot'])('a zone of %s', (software) => {
  let server: TestDnsServer;
  let number = 0;
  beforeAll(async () => {
    server = await TestDnsServer.start(software, 'shop.example');
  });
  afterAll(() => server.close());

  const newHost = () => `h${++number}.shop.example`;
  const put = (host: string, values: readonly DnsValue[], more: Partial<ZoneAccess> = {}) =>
    server.provider.put(server.access(more), host, values, never);
  const remove = (host: string, more: Partial<ZoneAccess> = {}) =>
    server.provider.remove(server.access(more), host, never);
  const troubleOf = async (more: Partial<ZoneAccess>, clock = new Clock()) =>
    new Rfc2136Provider(new ZoneClient(clock)).probe(server.access(more), never);

  it('has a host lead somewhere, elsewhere, and nowhere', async () => {
    const host = newHost();
    expect(await put(host, [six, one])).toEqual({ kind: 'live' });
    expect(await server.answer(host)).toEqual({ values: [one, six], marks: ['berth=test'] });
    expect(await put(host, [two])).toEqual({ kind: 'live' });
    expect(await server.leadsTo(host)).toEqual(['A 192.0.2.2']);
    expect(await put(host, [gate])).toEqual({ kind: 'live' });
    expect(await server.leadsTo(host)).toEqual(['CNAME gate.example.net']);
    expect(await put(host, [one])).toEqual({ kind: 'live' });
    expect(await remove(host)).toEqual({ kind: 'gone' });
    expect(await server.answer(host)).toEqual({ values: [], marks: [] });
    expect(await remove(host)).toEqual({ kind: 'gone' });
  });

  it('mends what somebody changed of it', async () => {
    const host = newHost();
    await put(host, [one]);
    await server.edit(withValue(host, two, 60));
    expect(await server.leadsTo(host)).toEqual(['A 192.0.2.1', 'A 192.0.2.2']);
    expect(await put(host, [one])).toEqual({ kind: 'live' });
    expect(await server.leadsTo(host)).toEqual(['A 192.0.2.1']);
    await server.edit(withoutAny(host, 'A'));
    expect(await put(host, [one])).toEqual({ kind: 'live' });
    expect(await server.leadsTo(host)).toEqual(['A 192.0.2.1']);
  });

  it('keeps what is somebody else’s, whatever is asked for', async () => {
    const host = 'theirs.shop.example';
    for (const values of [[one], [gate], [{ type: 'A', data: '192.0.2.99' }] as const])
      expect(await put(host, values)).toMatchObject({ kind: 'refused', cause: 'foreign' });
    expect(await remove(host)).toEqual({ kind: 'gone' });
    expect(await server.leadsTo(host)).toEqual(['A 192.0.2.99']);
    const taken = newHost();
    await put(taken, [one]);
    const other = { mark: 'berth=other' };
    expect(await put(taken, [two], other)).toMatchObject({ kind: 'refused', cause: 'foreign' });
    expect(await remove(taken, other)).toEqual({ kind: 'gone' });
    expect(await server.leadsTo(taken)).toEqual(['A 192.0.2.1']);
    await server.edit(withText(markNameOf(taken), 'berth=other', 60), withoutAny(markNameOf(taken), 'TXT'));
    expect(await put(taken, [two])).toMatchObject({ kind: 'refused', cause: 'foreign' });
  });

  it('has addresses beside what leads nowhere, and no alias', async () => {
    expect(await put('mail.shop.example', [gate])).toMatchObject({ kind: 'refused', cause: 'foreign' });
    expect(await put('mail.shop.example', [one])).toEqual({ kind: 'live' });
    expect(await put('shop.example', [gate])).toMatchObject({ kind: 'refused', cause: 'apex' });
    expect(await put('shop.example', [one])).toEqual({ kind: 'live' });
    expect(await remove('shop.example')).toEqual({ kind: 'gone' });
  });

  it('takes what it is given by the right key, and by no other', async () => {
    await troubleOf({});
    const { key } = server;
    await expect(troubleOf({ key: { ...key, name: 'unknown' } })).rejects.toMatchObject({ reason: 'BadKey' });
    await expect(troubleOf({ key: { ...key, secret: randomBytes(32) } })).rejects.toMatchObject({
      reason: 'BadSignature',
    });
    await expect(troubleOf({ name: 'not-here.example' })).rejects.toMatchObject({ reason: 'NotOurZone' });
  });

  it('says how far its clock is off ours', async () => {
    const slow = Object.assign(new Clock(), { now: () => new Date(Date.now() - 1_000_000) });
    const trouble = troubleOf({}, slow);
    await expect(trouble).rejects.toMatchObject({ reason: 'TimeSkew' });
    await expect(trouble).rejects.toThrow(/\d{3,} s off|more than 300 s off/);
  });

  it('is not live while another of its servers says something else, or nothing', async () => {
    const behind = await TestDnsServer.start(software, 'shop.example');
    const servers = [server.address, behind.address];
    const host = newHost();
    expect(await put(host, [one], { servers })).toMatchObject({
      kind: 'waits',
      message: `${behind.address} does not answer it yet.`,
    });
    await behind.stop();
    expect(await put(host, [one], { servers })).toMatchObject({ kind: 'waits', message: /ECONNREFUSED/ });
    await behind.close();
  });
});

describe('a server', () => {
  it('of BIND may forbid a part of its zone, which is said of that host alone', async () => {
    const server = await TestDnsServer.start('bind', 'shop.example');
    const { provider } = server;
    const verdict = await provider.put(server.access(), 'x.closed.shop.example', [one], never);
    expect(verdict).toMatchObject({ kind: 'refused', cause: 'server', message: expect.stringContaining('berth-key') });
    expect(await provider.put(server.access(), 'x.shop.example', [one], never)).toEqual({ kind: 'live' });
    await server.close();
  });

  it.each([
    ['hears and says nothing', () => undefined, 'Unreachable', /within 5 s/],
    ['hangs up', (socket: { destroy: () => void }) => socket.destroy(), 'Unreachable', /hung up|ECONNRESET/],
  ])('that %s holds nobody up', async (_, behave, reason, words) => {
    const sockets = new Set<{ destroy: () => void }>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).resume();
      behave(socket);
    });
    const port = await listening(silent);
    const key = { name: 'k', algorithm: 'hmac-sha256', secret: randomBytes(32) } as const;
    const zone = { name: 'x.example', servers: [`127.0.0.1:${port}`], key, ttlSeconds: 60, mark: 'm' };
    const probe = new Rfc2136Provider(new ZoneClient(new Clock())).probe(zone, never);
    await expect(probe).rejects.toMatchObject({ reason, message: expect.stringMatching(words) });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    expect(DEADLINE_MS).toBe(5_000);
  });
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
}
