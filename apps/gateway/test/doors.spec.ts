import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { request } from 'node:http';
import type { Door } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import WebSocket, { WebSocketServer } from 'ws';
import {
  echoed,
  emptyKong,
  type Answer,
  startTestGateway,
  startUpstream,
  type TestGateway,
  textOf,
} from './harness.js';

const HOST = 'billing-staging-abc123.localhost';

/** One that nobody else on this machine has. */
const newDoor = (host = HOST): Door => ({
  ...{ address: `127.63.${randomInt(256)}.${randomInt(1, 255)}`, port: 8_478, host },
});

async function through({ address, port }: Door, headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, path: '/invoices?of=may', headers, agent: false }, (answer) => {
      const { statusCode: status = 0, headers: got, rawHeaders } = answer;
      textOf(answer).then((body) => resolve({ status, headers: got, rawHeaders, body }), reject);
    });
    sent.once('error', reject).end();
  });
}
const isRefused = (door: Door) => expect(through(door)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

describe('a door', () => {
  let gateway: TestGateway;
  let version: number;
  const ended: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    version = 0;
    gateway = await startTestGateway(emptyKong);
  });
  afterEach(async () => {
    await gateway.close();
    for (const end of ended.splice(0)) await end();
  });

  const state = async (doors: Door[], ports: number[] = []) => {
    const upstreams = ports.map((port) => ({ id: `web-${port}`, host: '127.0.0.1', port }));
    const table = { version: ++version, routes: [{ host: HOST, upstreams }], doors };
    expect((await gateway.control('PUT', '/routes', table)).status).toBe(200);
  };
  const app = async () => {
    const upstream = await startUpstream();
    ended.push(upstream.close);
    return upstream.port;
  };

  it('leads to its app, whatever host a request names, and to nothing else', async () => {
    const door = newDoor();
    await state([door], [await app()]);
    for (const host of [`${door.address}:${door.port}`, 'api.example', 'other.localhost'])
      expect(echoed(await through(door, { host }))).toMatchObject({ url: '/invoices?of=may', headers: { host } });
  });

  it('says that the app does not run while it does not, and leads to it again when it does', async () => {
    const door = newDoor();
    await state([door]);
    const answer = await through(door);
    expect([answer.status, answer.headers['retry-after'], answer.body]).toEqual([
      ...[503, '5', 'This app has no running instance at the moment.\n'],
    ]);
    await state([door], [await app()]);
    expect((await through(door)).status).toBe(200);
    const unknown = newDoor('gone.localhost');
    await state([unknown]);
    expect((await through(unknown)).status).toBe(404);
  });

  it('closes when it is not stated any more, and with the gateway; its host may change', async () => {
    const [one, two] = [newDoor(), newDoor()];
    await state([one, two], [await app()]);
    await state([one, { ...two, host: 'gone.localhost' }], [await app()]);
    expect([(await through(one)).status, (await through(two)).status]).toEqual([200, 404]);
    await state([two]);
    await isRefused(one);
    await gateway.close();
    await isRefused(two);
    gateway = await startTestGateway(emptyKong);
  });

  it('that cannot be opened holds up nothing else, and is open as soon as it can be', async () => {
    const [taken, free] = [newDoor(), newDoor()];
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(taken.port, taken.address, resolve));
    await state([taken, free], [await app()]);
    expect((await through(free)).status).toBe(200);
    await new Promise((resolve) => holder.close(resolve));
    await eventually(async () => expect((await through(taken)).status).toBe(200));
  });

  it('takes WebSockets', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    ended.push(() => new Promise((resolve) => server.close(() => resolve())));
    server.on('connection', (socket) => socket.on('message', (data: Buffer) => socket.send(data)));
    const door = newDoor();
    await state([door], [(server.address() as { port: number }).port]);
    const socket = new WebSocket(`ws://${door.address}:${door.port}/`);
    const echo = new Promise<string>((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
    socket.once('open', () => socket.send('hello'));
    expect(await echo).toBe('hello');
    socket.terminate();
  });

  it('is a loopback address', async () => {
    const table = { version: 1, routes: [], doors: [{ ...newDoor(), address: 'not one' }] };
    expect((await gateway.control('PUT', '/routes', table)).status).toBe(400);
  });
});
