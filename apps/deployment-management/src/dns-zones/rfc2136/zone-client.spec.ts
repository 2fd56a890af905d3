import { createServer, type Server, type Socket } from 'node:net';
import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ZoneAccess } from '../dns-provider.js';
import { Rfc2136Provider } from './rfc2136-provider.js';
import { numbers } from './update-message.js';
import { ZoneClient } from './zone-client.js';

const never = new AbortController().signal;
const QUERY_BYTES = 12;
const AUTHORITATIVE = 0x8400;
const NOT_AUTHORITATIVE = 0x8000;
type Script = (asked: Buffer) => Buffer | null;

/** The header of what was asked, with flags and a code, and nothing else: as a server answers that has nothing to add. */
const bare = (asked: Buffer, flags: number, rcode: number): Buffer =>
  Buffer.concat([asked.subarray(0, 2), numbers(flags | rcode, 0, 0, 0, 0)]);
const answers =
  (flags: number, rcode = 0): Script =>
  (asked) =>
    bare(asked, flags, rcode);

describe('a server that behaves otherwise', () => {
  let server: Server;
  let script: Script;
  let zone: ZoneAccess;
  const client = new ZoneClient(new Clock());
  const provider = new Rfc2136Provider(client);
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => reply(socket, chunk));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as { port: number };
    const key = { name: 'k', algorithm: 'hmac-sha256', secret: Buffer.alloc(32) } as const;
    zone = { name: 'shop.example', servers: [`127.0.0.1:${port}`], key, ttlSeconds: 60, mark: 'berth=test' };
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  function reply(socket: Socket, chunk: Buffer): void {
    const answer = script(chunk.subarray(2));
    if (answer === null) return void socket.destroy();
    socket.write(Buffer.concat([numbers(answer.length), answer]));
  }
  const probe = () => provider.probe(zone, never);
  const ask = () => client.ask(zone.servers[0] ?? '', 'x.shop.example', '_o.x.shop.example', never);

  it.each([
    ['takes no updates', answers(NOT_AUTHORITATIVE, 4), 'NoUpdates'],
    ['is no primary server', answers(NOT_AUTHORITATIVE, 9), 'NotOurZone'],
    ['has another zone', answers(NOT_AUTHORITATIVE, 10), 'NotOurZone'],
    ['refuses us', answers(NOT_AUTHORITATIVE, 5), 'Refused'],
    ['fails', answers(NOT_AUTHORITATIVE, 2), 'ServerFailed'],
    ['says what nobody knows', answers(NOT_AUTHORITATIVE, 15), 'ServerFailed'],
    ['says yes, and signs nothing', answers(NOT_AUTHORITATIVE), 'BadSignature'],
    ['hangs up', () => null, 'Unreachable'],
    ['answers somebody else', (asked: Buffer) => bare(Buffer.from([asked[0]! ^ 1, asked[1]!]), 0, 0), 'Unreachable'],
    ['sends a header with records that are not there', shortened, 'ServerFailed'],
  ])('and %s takes nothing', async (_, behave, reason) => {
    script = behave;
    await expect(probe()).rejects.toMatchObject({ reason });
  });

  it.each([
    ['does not have the zone', answers(NOT_AUTHORITATIVE), 'NotOurZone'],
    ['refuses to say', answers(NOT_AUTHORITATIVE, 5), 'NotOurZone'],
    ['fails', answers(NOT_AUTHORITATIVE, 2), 'ServerFailed'],
    ['sends a header with records that are not there', shortened, 'ServerFailed'],
  ])('and %s proves nothing', async (_, behave, reason) => {
    script = behave;
    await expect(ask()).rejects.toMatchObject({ reason });
  });

  it.each([
    ['nothing there', answers(AUTHORITATIVE)],
    ['no such name', answers(AUTHORITATIVE, 3)],
  ])('has %s when it says so', async (_, behave) => {
    script = behave;
    expect(await ask()).toEqual({ values: [], marks: [] });
  });

  it('is asked no longer than whoever asks wants to know', async () => {
    script = () => Buffer.alloc(QUERY_BYTES);
    const wanted = new AbortController();
    wanted.abort(new Error('nobody waits'));
    await expect(client.ask(zone.servers[0] ?? '', 'x.example', 'y.example', wanted.signal)).rejects.toThrow(
      'nobody waits',
    );
  });
});

/** One record is announced, in every section, and none follows. */
function shortened(asked: Buffer): Buffer {
  return Buffer.concat([asked.subarray(0, 2), numbers(AUTHORITATIVE, 0, 1, 0, 1)]);
}
