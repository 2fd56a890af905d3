import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problem } from '@berth/contracts/common';
import { observedWorkload } from '@berth/contracts/runtime';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { desiredOf, HOST, processesOf, TestAgent, web, worker } from './support/test-agent.js';

let agent: TestAgent;
let slug: string;

beforeAll(async () => {
  agent = await TestAgent.start({ tuning: { heartbeat: 100 } });
  slug = agent.slug();
});
afterAll(() => agent.dispose());

const remove = (id: string): Promise<void> => agent.remove(id);

describe('the API of the agent', () => {
  it('says what left for visitors, which the router counts by the workloads that routes are stated for', async () => {
    const desired = desiredOf(slug, [web()]);
    await agent.client.call('PUT', `/workloads/${desired.workloadId}`, desired);
    await agent.untilReady(desired.workloadId);
    const route = agent.router.tables.at(-1)?.routes.find(({ host }) => host === HOST);
    expect(route?.workloadId).toBe(desired.workloadId);
    const left = { items: [{ workloadId: desired.workloadId, countingId: 'first', bytes: 7 }] };
    agent.router.left = left;
    expect(await agent.client.call('GET', '/egress')).toMatchObject({ status: 200, body: left });
    expect(await agent.client.call('POST', '/egress/accepted', left)).toMatchObject({ status: 204 });
    expect(agent.router.accepted).toEqual([left]);
    expect(await agent.client.call('POST', '/egress/accepted', { items: [{}] })).toMatchObject({ status: 400 });
    await remove(desired.workloadId);
  });

  it('answers what it was told, then what it made of it', async () => {
    const desired = desiredOf(slug, [web(), worker('node ticker.js')]);
    const answer = await agent.client.call('PUT', `/workloads/${desired.workloadId}`, desired);
    expect(answer).toMatchObject({ status: 200, body: { workloadId: desired.workloadId, observedGeneration: 1 } });
    const started = Date.now();
    const observed = await agent.untilReady(desired.workloadId, 2);
    const { release } = desired;
    expect(observed.instances.find(({ processType }) => processType === 'web')).toMatchObject({
      release: 1,
      releaseHash: release.hash,
      artifactDigest: slug,
      configHash: release.configHash,
      cpuMillicores: 500,
      memoryMib: 256,
      routed: true,
      restarts: 0,
      lastExit: null,
      trouble: null,
    });
    expect(observed.routes).toEqual([{ host: HOST, accepted: true }]);
    expect(Date.parse(observed.changedAt)).toBeGreaterThanOrEqual(started - 1_000);
    const list = (await agent.client.call('GET', '/workloads')).body as { items: unknown[] };
    expect(
      observedWorkload
        .array()
        .parse(list.items)
        .map(({ workloadId }) => workloadId),
    ).toEqual([desired.workloadId]);
    await remove(desired.workloadId);
  });

  it('stamps the moment at which the set of ready instances changed, and no other', async () => {
    const desired = desiredOf(slug, [worker('node ticker.js')]);
    await agent.client.apply(desired);
    const one = await agent.untilReady(desired.workloadId);
    expect(Date.parse(one.changedAt) - Date.parse(one.instances[0]?.readySince ?? '')).toBeLessThan(10_000); // a machine may stand still
    await agent.client.apply({ ...desired, generation: 2, hosts: [] });
    expect((await agent.untilReady(desired.workloadId)).changedAt).toBe(one.changedAt);
    await agent.client.apply({ ...desired, generation: 3, processes: [worker('node ticker.js', { instances: 2 })] });
    const two = await agent.untilReady(desired.workloadId, 2);
    expect(two.changedAt > one.changedAt).toBe(true);
    expect(two.observedGeneration).toBe(3);
    await remove(desired.workloadId);
  });

  it('takes the same again, an equal release of another number without a restart, and nothing older', async () => {
    const desired = desiredOf(slug, [worker('node ticker.js')], { generation: 5 });
    await agent.client.apply(desired);
    const before = (await agent.untilReady(desired.workloadId)).instances[0];
    await agent.client.apply(desired);
    await agent.client.apply({ ...desired, generation: 6, release: { ...desired.release, number: 9 } });
    const after = (await agent.untilReady(desired.workloadId)).instances[0];
    expect(after).toEqual({ ...before, release: 9 });
    const stale = await agent.client.call('PUT', `/workloads/${desired.workloadId}`, desired);
    expect(stale).toMatchObject({ status: 409, body: { code: 'stale_generation' } });
    await remove(desired.workloadId);
  });

  it('gives back a workload that is applied while it is being deleted', async () => {
    const desired = desiredOf(slug, [worker('node stubborn.js')], { stopDeadlineSeconds: 1 });
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    await agent.client.call('DELETE', `/workloads/${desired.workloadId}`);
    await agent.client.apply({ ...desired, generation: 2 });
    await agent.untilReady(desired.workloadId);
    await remove(desired.workloadId);
  });

  it('deletes what is not there, and what never ran', async () => {
    await remove(randomUUID());
    const empty = desiredOf(slug, [web('node server.js', { instances: 0 })]);
    await agent.client.apply(empty);
    await remove(empty.workloadId);
  });

  it.each([
    ['GET', `/workloads/${randomUUID()}`, undefined, 404, 'workload_not_found'],
    ['GET', `/workloads/${randomUUID()}/stats`, undefined, 404, 'workload_not_found'],
    ['GET', '/workloads/..%2f..%2fetc/logs', undefined, 404, 'workload_not_found'],
    ['GET', '/nothing', undefined, 404, 'route_not_found'],
    ['POST', '/workloads', undefined, 405, 'method_not_allowed'],
    ['PUT', `/workloads/${randomUUID()}`, '{', 400, 'body_invalid'],
    ['PUT', `/workloads/${randomUUID()}`, '{"generation": 0}', 400, 'body_invalid'],
    ['PUT', `/workloads/${randomUUID()}`, `"${'x'.repeat(9_000_000)}"`, 413, 'body_too_large'],
    ['GET', `/workloads/${randomUUID()}/logs?tail=-1`, undefined, 400, 'query_invalid'],
  ])('refuses %s %s with a problem document', async (method, path, body, status, code) => {
    const answer = await agent.client.call(method, path, body);
    expect(answer.type).toBe('application/problem+json');
    expect(problem.parse(answer.body)).toMatchObject({ status, code });
  });

  it('refuses a body for another workload, and repeats nothing of a body that is wrong', async () => {
    const desired = desiredOf(slug, [web()], { environment: { API_KEY: 'canary-1' } });
    const other = await agent.client.call('PUT', `/workloads/${randomUUID()}`, desired);
    expect(other.body).toMatchObject({ errors: [{ pointer: '/workloadId' }] });
    const wrong = { ...desired, environment: { API_KEY: ['canary-1'] }, more: 'canary-1' };
    const answer = await agent.client.call('PUT', `/workloads/${desired.workloadId}`, wrong);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain('canary-1');
  });

  it('says on its stream that all must be stated again, then what changed, and that it is alive', async () => {
    const changes = agent.client.lines('/changes');
    expect((await changes.next()).value).toEqual({ resync: true });
    const desired = desiredOf(slug, [worker('node ticker.js')]);
    await agent.client.apply(desired);
    const expected = [{ heartbeat: true }, { workloadId: desired.workloadId }];
    const missing = new Set(expected.map((each) => JSON.stringify(each)));
    for await (const line of changes) {
      missing.delete(JSON.stringify(line));
      if (missing.size === 0) break;
    }
    expect([...missing]).toEqual([]);
    await remove(desired.workloadId);
  });

  it('is for its own user only', () => {
    expect(statSync(agent.socketPath).mode & 0o777).toBe(0o600);
  });

  it('writes no secret to disk', async () => {
    const desired = desiredOf(slug, [worker('node ticker.js')], { environment: { API_KEY: 'canary-2' } });
    await agent.client.apply(desired);
    await agent.untilReady(desired.workloadId);
    const files = readdirSync(agent.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(5);
    const found = files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes('canary-2'));
    expect(found).toEqual([]);
    await remove(desired.workloadId);
  });
});

describe('an agent', () => {
  it('does not start in the folder of another one', async () => {
    const second = Object.assign(new TestAgent(), { folder: agent.folder });
    await expect(second.start()).rejects.toThrow(/already works in/);
  });

  it('refuses a socket path that no system takes', async () => {
    const other = Object.assign(new TestAgent(), { socketPath: `/tmp/${'x'.repeat(120)}` });
    await expect(other.start()).rejects.toThrow(/too long/);
  });

  it('leaves nothing running when it is closed, gracefully where it can', async () => {
    const other = await TestAgent.start({ tuning: { closeDeadline: 1_000 } });
    const own = other.slug();
    const polite = desiredOf(own, [web()]);
    const rude = desiredOf(own, [worker('node stubborn.js'), worker('node escaper.js', { name: 'escaper' })]);
    for (const desired of [polite, rude]) await other.client.apply(desired);
    await other.untilReady(polite.workloadId);
    const ids = (await other.untilReady(rude.workloadId, 2)).instances.map(({ id }) => id);
    const started = Date.now();
    await other.close();
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(processesOf(ids)).toEqual([]);
    expect(other.router.upstreams(HOST)).toEqual([]);
    expect(readdirSync(join(other.folder, 'agent/ledger'))).toEqual([]);
    expect(() => statSync(join(other.folder, 'agent/agent.json'))).toThrow();
    await other.dispose();
  });
});
