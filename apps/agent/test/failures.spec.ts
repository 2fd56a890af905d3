import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@berth/testing';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { DesiredWorkload, ObservedInstance } from '@berth/contracts/runtime';
import { readProcess } from '../src/processes/proc.js';
import { desiredOf, hashOf, processesOf, TestAgent, web, worker } from './support/test-agent.js';

let agent: TestAgent;
let slug: string;
const applied: string[] = [];

beforeAll(async () => {
  agent = await TestAgent.start();
  slug = agent.slug();
});
afterEach(async () => {
  for (const id of applied.splice(0)) {
    await agent.remove(id);
  }
});
afterAll(() => agent.dispose());

async function run(desired: DesiredWorkload): Promise<string> {
  applied.push(desired.workloadId);
  await agent.client.apply(desired);
  return desired.workloadId;
}

const untilFirst = async (id: string, check: (instance: ObservedInstance) => void, within?: number) =>
  (await agent.until(id, ({ instances }) => check(instances[0] as ObservedInstance), within)).instances[0];

const untilCause = (id: string, cause: string) =>
  untilFirst(id, (instance) => expect(instance.trouble?.cause).toBe(cause));

const ask = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).once('error', reject);
  });

describe('an instance that does not do well', () => {
  it('and ends at its start is told with its last words, then as a crash loop', async () => {
    const id = await run(desiredOf(slug, [web('node crash.js')]));
    // It keeps the cause when it is started again.
    const first = await untilFirst(id, ({ trouble, state }) =>
      expect([trouble?.cause, state]).toEqual(['start_failed', 'backoff']),
    );
    expect(first).toMatchObject({ routed: false, lastExit: { code: 3, reason: 'exited' } });
    expect(first?.trouble?.evidence).toEqual(['boom: no database']);
    const later = await untilCause(id, 'crash_loop');
    expect(later?.restarts).toBeGreaterThanOrEqual(2);
    expect(later?.id).toBe(first?.id);
  });

  it('because its command is not there is told as failed to start', async () => {
    const id = await run(desiredOf(slug, [web('no-such-program --now')]));
    expect((await untilCause(id, 'start_failed'))?.lastExit?.code).toBe(127);
  });

  it('and never binds its port is ended at the deadline', async () => {
    const id = await run(desiredOf(slug, [web('node mute.js')], { startDeadlineSeconds: 4 }));
    // A run that comes to its deadline before its first word has no evidence; the next one may.
    const instance = await untilFirst(id, ({ trouble }) =>
      expect(trouble).toMatchObject({ cause: 'port_not_bound', evidence: ['I forgot to listen'] }),
    );
    expect(instance?.lastExit).toMatchObject({ reason: 'start_deadline', signal: 'SIGKILL' });
  });

  it('and answers its health check with 500 is never routed', async () => {
    const health = { path: '/health', intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
    const id = await run(desiredOf(slug, [web('node sick.js', { health })], { startDeadlineSeconds: 4 }));
    const instance = await untilFirst(id, ({ trouble }) => {
      expect(trouble?.cause).toBe('health_check_failed');
      expect(trouble?.message).toContain('GET /health answered 500');
    });
    expect(agent.router.tables.flatMap((table) => table.routes.flatMap((route) => route.upstreams))).not.toContainEqual(
      expect.objectContaining({ id: instance?.id }),
    );
  });

  it('and uses too much memory is killed and says so', async () => {
    const id = await run(desiredOf(slug, [worker('node hog.js', { memoryMib: 128 })]));
    const instance = await untilCause(id, 'out_of_memory');
    expect(instance?.lastExit).toMatchObject({ reason: 'out_of_memory', signal: 'SIGKILL' });
  });

  it('and loses its health is unrouted, comes back when it heals, and is restarted when it does not', async () => {
    const health = { path: '/health', intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 };
    const desired = desiredOf(slug, [web('node moody.js', { health })], { hosts: ['moody.localhost'] });
    const id = await run(desired);
    await agent.until(id, ({ routes }) => expect(routes).toEqual([{ host: 'moody.localhost', accepted: true }]));
    const port = agent.router.upstreams('moody.localhost')[0]?.port ?? 0;
    await ask(port, '/break');
    const broken = await agent.until(id, ({ routes }) => expect(routes[0]?.accepted).toBe(false));
    expect(broken.instances[0]).toMatchObject({ state: 'unready', trouble: { cause: 'health_check_failed' } });
    await ask(port, '/repair');
    await agent.until(id, ({ routes }) => expect(routes[0]?.accepted).toBe(true));
    await ask(port, '/break');
    const again = await untilFirst(id, (instance) => expect([instance.restarts, instance.state]).toEqual([1, 'ready']));
    expect(again?.lastExit?.reason).toBe('unhealthy');
  });

  it('because another process took its port is never taken for that one, and is given another port', async () => {
    const id = await run(desiredOf(slug, [web('node clash.js')]));
    const port = await eventually(async () => Number((await agent.client.logs(id))[0]?.text) || expect(0).toBe(1));
    const thief = createServer()
      .listen(port ?? 0, '127.0.0.1')
      .unref();
    const states = new Set<string>();
    const restarted = await untilFirst(id, (instance) => {
      states.add(`${instance.restarts} ${instance.state}`);
      expect([instance.restarts, instance.state]).toEqual([1, 'ready']);
    });
    expect(states).not.toContain('0 ready');
    expect(restarted?.trouble).toBeNull();
    await new Promise((resolve) => thief.close(resolve));
  });

  it('and does not listen to SIGTERM is killed at the stop deadline', async () => {
    const id = await run(desiredOf(slug, [worker('node stubborn.js')], { stopDeadlineSeconds: 1 }));
    const ready = await agent.untilReady(id);
    await agent.remove(id);
    expect(processesOf([ready.instances[0]?.id ?? ''])).toEqual([]);
  });

  it('and forks what leaves its session is ended with all of it', async () => {
    const id = await run(desiredOf(slug, [worker('node escaper.js')]));
    const ready = await agent.untilReady(id);
    const ids = ready.instances.map((instance) => instance.id);
    await eventually(() => expect(processesOf(ids).length).toBeGreaterThanOrEqual(3));
    await agent.client.call('DELETE', `/workloads/${id}`);
    await eventually(() => expect(processesOf(ids)).toEqual([]));
  });

  it('and hides a child from its session and its name is ended with that child too', async () => {
    const id = await run(desiredOf(slug, [worker('node hider.js')]));
    const hidden = await eventually(async () => Number((await agent.client.logs(id))[0]?.text) || expect(0).toBe(1));
    expect(readProcess(hidden ?? 0)).toMatchObject({ pid: hidden, session: hidden });
    await agent.remove(id);
    expect(readProcess(hidden ?? 0)).toBeUndefined();
  });

  it('and dies alone leaves nobody behind, and comes back', async () => {
    const id = await run(desiredOf(slug, [worker('node escaper.js')]));
    const before = (await agent.untilReady(id)).instances[0];
    const first = processesOf([before?.id ?? '']).sort((a, b) => a - b);
    process.kill(first[0] ?? 0, 'SIGKILL');
    await untilFirst(id, (instance) => expect([instance.restarts, instance.state]).toEqual([1, 'ready']));
    expect(processesOf([before?.id ?? '']).filter((pid) => first.includes(pid))).toEqual([]);
  });
});

describe('a slug that cannot be used', () => {
  it('is a trouble of the workload, and the former release goes on', async () => {
    const first = desiredOf(slug, [web()]);
    const id = await run(first);
    await agent.untilReady(id);
    const missing = {
      ...first.release,
      hash: hashOf('missing'),
      artifact: { ...first.release.artifact, digest: hashOf('no') },
    };
    await agent.client.apply({ ...first, generation: 2, release: missing });
    const observed = await agent.until(id, ({ trouble }) => expect(trouble?.cause).toBe('runtime_unavailable'));
    expect(observed.instances.map(({ state, routed }) => [state, routed])).toEqual([['ready', true]]);
    await agent.client.apply({ ...first, generation: 3 });
    await agent.until(id, ({ trouble }) => expect(trouble).toBeNull());
  });

  it('is fetched again until it is there', async () => {
    const tar = agent.slug('late');
    const other = new TestAgent();
    await other.start();
    const desired = desiredOf(tar, [worker('node ticker.js')]);
    await other.client.apply(desired);
    await other.until(desired.workloadId, ({ trouble }) => expect(trouble?.cause).toBe('runtime_unavailable'));
    other.slug('late');
    expect((await other.untilReady(desired.workloadId)).trouble).toBeNull();
    await other.dispose();
  });

  it('because it is a container image is told', async () => {
    const desired = desiredOf(slug, [web()]);
    const artifact = { ...desired.release.artifact, kind: 'image' as const };
    const id = await run({ ...desired, release: { ...desired.release, artifact } });
    await agent.until(id, ({ trouble }) => expect(trouble?.cause).toBe('image_invalid'));
  });
});

describe('a disk that is full', () => {
  it('is told as such when the slug does not fit on it', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const digest = hashOf('too large');
    agent.shelf.fail(digest, full);
    const id = await run(desiredOf(digest, [web()]));
    await agent.until(id, ({ trouble }) => expect(trouble?.cause).toBe('storage_full'));
  });
});
