import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eventually, FaultProxy } from '../src/index.js';

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
