import type { Cause } from '@berth/contracts/common';
import type { Workload, WorkloadChange } from '@berth/contracts/deployment';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { ask, type Load, steadyLoad } from '../support/app-http.js';
import type { Platform, StartPlatform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';

/** What goes wrong in a deployment and how it ends, on either composition of the platform. */
export function failuresSuite(start: StartPlatform): void {
  jest.setTimeout(300_000);

  let berth: Platform;
  let api: Api;
  let repository: Repository;
  let workload: Workload;

  beforeAll(async () => {
    berth = await start();
    api = await Api.open(berth);
    repository = await Repository.make(webApp('good'));
    workload = await api.workloadFor(repository);
    await api.deployLive(workload.id);
  });
  afterAll(() => berth.stopAndRemove());

  const neverListens =
    "require('node:http').createServer = () => ({ listen() {}, close() {} }); setInterval(() => undefined, 1000);";
  const eatsMemory =
    'const eaten = Array.from({ length: 24 }, () => Buffer.alloc(20 * 1048576, 1)); setInterval(() => eaten.length, 1000);';
  const failing: [what: string, cause: Cause, files: Record<string, string>][] = [
    [
      'does not build',
      'build_failed',
      { 'package.json': JSON.stringify({ name: 'app', scripts: { build: 'exit 3', start: 'node server.js' } }) },
    ],
    ['crashes at start', 'start_failed', webApp('bad', "throw new Error('boom at start');")],
    ['never binds $PORT', 'port_not_bound', webApp('bad', neverListens)],
    ['exceeds its memory', 'out_of_memory', webApp('bad', eatsMemory)],
  ];

  describe('a commit that', () => {
    let load: Load;

    beforeAll(async () => {
      load = steadyLoad(workload.url, 20);
    });

    it.each(failing)(
      '%s fails with %s, evidence and a next step, and the old release keeps serving',
      async (_what, cause, files) => {
        // Short only where it is waited for: whatever else starts may take its time.
        await api.patchWorkload(workload.id, { startDeadlineSeconds: cause === 'port_not_bound' ? 3 : 120 });
        await repository.commit({ ...webApp('bad'), ...files });
        const ended = await api.ended((await api.deploy(workload.id)).id);
        expect(ended.status).toBe('failed');
        expect(ended.failure).toMatchObject({ cause });
        expect(ended.failure?.message).toMatch(/\.$/);
        expect(ended.failure?.nextStep).not.toBe('');
        if (cause !== 'port_not_bound' && cause !== 'out_of_memory')
          expect(ended.failure?.evidence.length).toBeGreaterThan(0);
        expect(ended.outcome).toBe('v1 keeps serving.');
        expect((await ask(workload.url)).body).toBe('good');
        await repository.commit({ ...webApp('bad'), 'package.json': webApp('')['package.json'] as string });
      },
    );

    it('has a health check that answers 500 fails with health_check_failed', async () => {
      await api.patchWorkload(workload.id, { startDeadlineSeconds: 20 });
      const path = `/v1/workloads/${workload.id}/scale`;
      const { deploymentId } = await api.call<WorkloadChange>('POST', path, {
        sizes: { web: { health: { path: '/', intervalSeconds: 1 } } },
      });
      await api.ended(deploymentId ?? '');
      await repository.commit(
        webApp(
          'bad',
          "const { ServerResponse } = require('node:http'); const end = ServerResponse.prototype.end; ServerResponse.prototype.end = function (...a) { this.statusCode = 500; return end.apply(this, a); };",
        ),
      );
      const ended = await api.ended((await api.deploy(workload.id)).id);
      expect(ended).toMatchObject({ status: 'failed', failure: { cause: 'health_check_failed' } });
      expect((await ask(workload.url)).body).toBe('good');
      await api.patchWorkload(workload.id, { startDeadlineSeconds: 300 });
    });

    it('lost no request of those that were served meanwhile', async () => {
      const { sent, failures } = await load.stop();
      expect(sent).toBeGreaterThan(100);
      expect(failures).toEqual([]);
    });
  });

  describe('a source that', () => {
    it('is not there fails with source_not_found', async () => {
      const gone = await Repository.make(webApp('x'));
      const other = await api.workloadFor({ ...gone, url: `${gone.url}-gone` } as Repository);
      const ended = await api.ended((await api.deploy(other.id)).id);
      expect(ended).toMatchObject({
        status: 'failed',
        failure: { cause: 'source_not_found' },
        outcome: 'Nothing was live before.',
      });
    });

    it('has no such ref fails with source_not_found', async () => {
      const ended = await api.ended((await api.deploy(workload.id, { kind: 'git', ref: 'no-such-branch' })).id);
      expect(ended).toMatchObject({ status: 'failed', failure: { cause: 'source_not_found' } });
    });

    it('is of no known kind fails with detect_failed and says what was looked for', async () => {
      const other = await api.workloadFor(await Repository.make({ 'notes.txt': 'nothing to run' }));
      const ended = await api.ended((await api.deploy(other.id)).id);
      expect(ended).toMatchObject({ status: 'failed', failure: { cause: 'detect_failed' } });
      expect(JSON.stringify(ended.failure)).toContain('package.json');
    });
  });

  describe('a deadline that was shortened', () => {
    /** Not before it, and long before the usual one; how soon after it is the machine's business, too. */
    const expectAbout = (took: number | undefined, milliseconds: number) => {
      expect(took).toBeGreaterThanOrEqual(milliseconds);
      expect(took).toBeLessThan(milliseconds + 60_000);
    };

    it('ends a build that hangs with timeout, when it has passed', async () => {
      const hanging = await Repository.make({
        'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node x.js' } }),
      });
      const other = await api.workloadFor(hanging);
      await api.patchWorkload(other.id, { deadlines: { building: 3 } });
      const ended = await api.ended((await api.deploy(other.id)).id);
      expect(ended).toMatchObject({ status: 'failed', failure: { cause: 'timeout' } });
      expectAbout(ended.durations['building'], 3_000);
    });

    it('ends a start that hangs with timeout, when it has passed', async () => {
      const other = await api.workloadFor(await Repository.make(webApp('x', neverListens)));
      await api.patchWorkload(other.id, { deadlines: { rolling: 3 } });
      const ended = await api.ended((await api.deploy(other.id)).id);
      expect(ended).toMatchObject({ status: 'failed', failure: { cause: 'timeout' } });
      expectAbout(ended.durations['rolling'], 3_000);
    });
  });

  describe('cancel', () => {
    it('ends a deployment that builds, and the old release keeps serving', async () => {
      await repository.commit({
        ...webApp('slow'),
        'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node server.js' } }),
      });
      const { id } = await api.deploy(workload.id);
      expect((await api.until(id, ['building'])).status).toBe('building');
      await api.call('POST', `/v1/deployments/${id}/cancel`);
      expect(await api.ended(id)).toMatchObject({
        status: 'cancelled',
        outcome: expect.stringContaining('keeps serving'),
      });
      expect((await ask(workload.url)).body).toBe('good');
    });

    it('ends a deployment that rolls, and takes its instances away', async () => {
      await repository.commit(webApp('slow', neverListens));
      const { id } = await api.deploy(workload.id);
      expect((await api.until(id, ['rolling'])).status).toBe('rolling');
      await api.call('POST', `/v1/deployments/${id}/cancel`);
      expect((await api.ended(id)).status).toBe('cancelled');
      expect((await ask(workload.url)).body).toBe('good');
      await expect(api.call('POST', `/v1/deployments/${id}/cancel`)).rejects.toThrow(/409/);
    });

    it('of one that waits is done by a newer one, which supersedes it', async () => {
      await repository.commit({
        ...webApp('newer'),
        'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node server.js' } }),
      });
      const older = await api.deploy(workload.id);
      await repository.commit(webApp('newer'));
      const newer = await api.deploy(workload.id);
      expect((await api.ended(older.id)).status).toBe('superseded');
      expect((await api.ended(newer.id)).status).toBe('live');
      expect((await ask(workload.url)).body).toBe('newer');
    });
  });
}
