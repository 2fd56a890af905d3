import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { outboundFetch, OutboundRefused } from '../src/index.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const limits = { timeoutMs: 30_000, maxBytes: 1_000 };
const toAnybody = outboundFetch({ ...limits, hosts: [], allowPrivateAddresses: true });
const toPublic = outboundFetch({ ...limits, hosts: [], allowPrivateAddresses: false });

describe('an outbound request', () => {
  it('carries method, headers and a form, and gets status, headers and body', async () => {
    const url = await serve(async (request, reply) => {
      const sent = await request.toArray();
      reply.writeHead(201, { 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
      reply.end(`${request.method} ${request.headers['x-a']} ${Buffer.concat(sent as Buffer[]).toString()}`);
    });
    const body = new URLSearchParams({ grant_type: 'a b' });
    const answer = await toAnybody(`${url}/token`, { method: 'POST', headers: { 'x-a': '1' }, body });
    expect([answer.status, await answer.text()]).toEqual([201, 'POST 1 grant_type=a+b']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('does not follow a redirect: its target was not judged', async () => {
    const url = await serve((_, reply) => reply.writeHead(302, { location: 'http://169.254.169.254/' }).end());
    expect((await toAnybody(url)).status).toBe(302);
  });

  it('reads no answer that is longer than allowed, and waits for none for ever', async () => {
    const long = await serve((_, reply) => reply.end('x'.repeat(1_001)));
    await expect(toAnybody(long)).rejects.toThrow(/longer than 1000 bytes/);
    const silent = await serve(() => undefined);
    await expect(
      outboundFetch({ ...limits, hosts: [], timeoutMs: 50, allowPrivateAddresses: true })(silent),
    ).rejects.toThrow();
  });

  it.each([
    ['http', 'http://example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback written as a number', 'https://2130706433/'],
    ['loopback in IPv6', 'https://[::1]/'],
    ['metadata of a cloud', 'https://169.254.169.254/latest'],
  ])('is not made to %s', async (_, url) => {
    await expect(toPublic(url)).rejects.toThrow(OutboundRefused);
  });

  it('is not made to a name that leads into the own network, and connects to nothing', async () => {
    let asked = 0;
    const url = new URL(await serve(() => (asked += 1)));
    await expect(toPublic(`https://localhost:${url.port}/`)).rejects.toThrow(/not a public host/);
    expect(asked).toBe(0);
  });

  it('is made to hosts on the list, where there is one, and to no other: nothing is looked up or connected to', async () => {
    let asked = 0;
    const url = await serve((_, reply) => {
      asked += 1;
      reply.end();
    });
    const listing = (...hosts: string[]) => outboundFetch({ ...limits, hosts, allowPrivateAddresses: true });
    const refused = [listing('example.com')(url), listing('localhost')(url)];
    for (const answer of refused) await expect(answer).rejects.toThrow(OutboundRefused);
    expect(asked).toBe(0);
    expect((await listing('example.com', '127.0.0.1')(url)).status).toBe(200);
    expect(asked).toBe(1);
  });

  it('is refused to the own network also when the list has it, unless that is allowed', async () => {
    const listed = outboundFetch({ ...limits, hosts: ['127.0.0.1', 'localhost'], allowPrivateAddresses: false });
    for (const host of ['127.0.0.1', 'localhost'])
      await expect(listed(`https://${host}/`)).rejects.toThrow(/not a public host/);
  });

  it('is not taken for answered when the connection broke in the middle of its answer', async () => {
    const url = await serve((_, reply) => {
      reply.writeHead(200, { 'content-length': '100' }).write('half');
      reply.socket?.destroySoon();
    });
    await expect(toAnybody(url)).rejects.toThrow();
  });

  it('does not wait for ever either for the rest of an answer that began', async () => {
    const url = await serve((_, reply) => void reply.writeHead(200).write('begun'));
    await expect(
      outboundFetch({ ...limits, hosts: [], timeoutMs: 200, allowPrivateAddresses: true })(url),
    ).rejects.toThrow();
  });

  it('is given up when who asked does not want it any more, before its answer and in the middle of it', async () => {
    const wanted = [new AbortController(), new AbortController()] as const;
    const silent = await serve(() => wanted[0].abort());
    await expect(toAnybody(silent, { signal: wanted[0].signal })).rejects.toThrow();
    const slow = await serve((_, reply) => reply.writeHead(200).write('begun', () => wanted[1].abort()));
    await expect(toAnybody(slow, { signal: wanted[1].signal })).rejects.toThrow();
  });

  it('takes an answer of exactly the greatest length, and counts bytes, not characters', async () => {
    const url = await serve((request, reply) =>
      reply.end(request.url === '/most' ? 'x'.repeat(1_000) : 'ä'.repeat(501)),
    );
    expect(await (await toAnybody(`${url}/most`)).text()).toHaveLength(1_000);
    await expect(toAnybody(`${url}/wide`)).rejects.toThrow(/longer than 1000 bytes/);
  });

  it.each([204, 205, 304])('answers %i, which has no body', async (status) => {
    const url = await serve((_, reply) => reply.writeHead(status).end());
    const answer = await toAnybody(url);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('sends bytes as they are, and says how many', async () => {
    const url = await serve(async (request, reply) => {
      const sent = Buffer.concat((await request.toArray()) as Buffer[]);
      reply.end(`${request.headers['content-length']} ${sent.toString('hex')}`);
    });
    const answer = await toAnybody(url, { method: 'PUT', body: Uint8Array.of(0, 255, 10) });
    expect(await answer.text()).toBe('3 00ff0a');
    await expect(toAnybody(url, { method: 'POST', body: { not: 'bytes' } })).rejects.toThrow(/text, a form or bytes/);
  });
});
