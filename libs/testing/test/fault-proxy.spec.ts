import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer, request as requestSafely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { eventually, FaultProxy, TestAuthority } from '../src/index.js';

/** Those that keep the process alive. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('a fault proxy that is closed', () => {
  it('leaves nothing behind of the requests that it was slow with', async () => {
    const proxy = new FaultProxy({ upstream: 'https://127.0.0.1:1' });
    const address = await proxy.listen();
    proxy.break({ fault: { kind: 'slow', milliseconds: 600_000 } });
    const before = timers();
    const asked = request(address, { agent: false }).end();
    const ended = once(asked, 'error');
    await eventually(() => expect(timers()).toBeGreaterThan(before));
    await proxy.close();
    await ended;
    expect(timers()).toBe(before);
  });
});

describe('a fault proxy that shows a certificate', () => {
  it('hands on what it held when it is let go, also when nobody waits for it any more', async () => {
    const authority = await TestAuthority.create();
    const { certFile, keyFile } = await authority.certificate('both');
    const shown = { cert: await readFile(certFile, 'utf8'), key: await readFile(keyFile, 'utf8') };
    const ca = authority.certificateText();
    const arrived: string[] = [];
    const behind = createServer(shown, (incoming, outgoing) => {
      incoming.setEncoding('utf8').on('data', (text: string) => arrived.push(text));
      incoming.once('end', () => outgoing.end('late'));
    });
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    const { port } = behind.address() as AddressInfo;
    const proxy = new FaultProxy({ upstream: `https://127.0.0.1:${port}`, ca, shown });
    const address = await proxy.listen();
    const gate = Promise.withResolvers<void>();
    proxy.break({ fault: { kind: 'held', until: gate.promise } });
    const [kept, left] = ['kept', 'left'].map((body) => {
      const asked = requestSafely(address, { method: 'POST', ca, agent: false });
      asked.end(body);
      return asked;
    });
    await eventually(() => expect(proxy.holding).toBe(2));
    const broken = once(left!, 'error');
    left!.destroy(new Error('given up'));
    await broken;
    expect(arrived).toEqual([]);
    const answered = once(kept!, 'response') as Promise<[IncomingMessage]>;
    gate.resolve();
    expect(await text((await answered)[0])).toBe('late');
    await eventually(() => expect(arrived.sort()).toEqual(['kept', 'left']));
    expect(proxy.holding).toBe(0);
    await eventually(() => expect(proxy.count(({ status }) => status === 200)).toBe(2));
    await proxy.close();
    await new Promise((resolve) => behind.close(resolve));
    await authority.remove();
  });
});
