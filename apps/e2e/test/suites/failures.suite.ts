import type { Cause } from '@berth/contracts/common';
import type { Deployment, Workload, WorkloadChange } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Api } from '../support/api.js';
import { ask, type Load, steadyLoad } from '../support/app-http.js';
import { CommandLine, type Ran } from '../support/command-line.js';
import type { Platform, StartPlatform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';

/** What goes wrong in a deployment and how it ends, on either composition of the platform. */
export function failuresSuite(start: StartPlatform): void {
  jest.setTimeout(300_000);

  let berth: Platform;
  let api: Api;
  let repository: Repository;
  let workload: Workload;
  /** Of a person who waits for what becomes of the first app. */
  let terminal: CommandLine;
  const OF_THE_APP = ['--org', 'acme', '--project', 'app-1', '--app', 'app-1', '--env', 'staging'];
  const deployAndWait = (): Promise<Ran> => terminal.try(['deploy', '--wait', ...OF_THE_APP]);

  const newest = async (): Promise<Deployment> => {
    const path = `/v1/deployments?workload=${workload.id}`;
    const [deployment] = (await api.call<{ items: Deployment[] }>('GET', path)).items;
    if (!deployment) throw new Error('There is no deployment.');
    return deployment;
  };

  beforeAll(async () => {
    berth = await start();
    api = await Api.open(berth);
    terminal = await CommandLine.at(berth.url);
    const { email, password } = berth.administrator();
    await terminal.run(['login', '--email', email, '--password-stdin'], password);
    repository = await Repository.make(webApp('good'));
    workload = await api.workloadFor(repository);
    await api.deployLive(workload.id);
  });
  afterAll(() => berth.stopAndRemove());

  const neverListens =
    "console.log('I forgot to listen'); require('node:http').createServer = () => ({ listen() {}, close() {} }); setInterval(() => undefined, 1000);";
  const eatsMemory =
    "console.log('about to eat');" +
    'const eaten = Array.from({ length: 24 }, () => Buffer.alloc(20 * 1048576, 1)); setInterval(() => eaten.length, 1000);';
  /** What it is told by: a sentence, evidence among which this is, and what to do. */
  interface Told {
    readonly message: RegExp;
    readonly evidence: RegExp;
    readonly nextStep: RegExp;
  }
  const failing: [what: string, cause: Cause, told: Told, files: Record<string, string>][] = [
    [
      'does not build',
      'build_failed',
      { message: /exit code 3/, evidence: /no such module/, nextStep: /build command/ },
      {
        'package.json': JSON.stringify({
          name: 'app',
          scripts: { build: 'echo no such module && exit 3', start: 'node server.js' },
        }),
      },
    ],
    [
      'crashes at start',
      'start_failed',
      { message: /exit code 1/, evidence: /boom at start/, nextStep: /start command/ },
      webApp('bad', "throw new Error('boom at start');"),
    ],
    [
      'never binds $PORT',
      'port_not_bound',
      // Before its first word there is only how it ended.
      { message: /nothing listens/, evidence: /I forgot to listen|start_deadline/, nextStep: /PORT/ },
      webApp('bad', neverListens),
    ],
    [
      'exceeds its memory',
      'out_of_memory',
      { message: /more than the 256 MiB/, evidence: /about to eat/, nextStep: /more memory/ },
      webApp('bad', eatsMemory),
    ],
  ];

  describe('a commit that', () => {
    let load: Load;

    beforeAll(async () => {
      load = steadyLoad(workload.url, 20);
    });

    /** Deploys by hand, which must fail so, and is told so in the terminal as by the API, while the old release serves. */
    async function expectFailure(cause: Cause, told: Told, outcome: string): Promise<void> {
      const { code, out, error } = await deployAndWait();
      const { number, status, failure, outcome: found } = await newest();
      expect({ status, cause: failure?.cause, outcome: found }).toEqual({ status: 'failed', cause, outcome });
      expect(failure?.message).toMatch(told.message);
      expect(failure?.message).toMatch(/\.$/);
      expect(failure?.evidence.join('\n')).toMatch(told.evidence);
      expect(failure?.nextStep).toMatch(told.nextStep);
      expect({ code, out }).toEqual({ code: 7, out: '' });
      for (const said of [`Deployment #${number} failed: ${cause}`, failure?.message, failure?.nextStep, outcome])
        expect(error).toContain(said);
      expect(error.slice(error.indexOf('Evidence:'))).toMatch(told.evidence);
      expect((await ask(workload.url)).body).toBe('good');
    }

    it.each(failing)(
      '%s fails with %s, evidence and a next step, and the old release keeps serving',
      async (_what, cause, told, files) => {
        // Short only where it is waited for: whatever else starts may take its time.
        await api.patchWorkload(workload.id, { startDeadlineSeconds: cause === 'port_not_bound' ? 3 : 120 });
        await repository.commit({ ...webApp('bad'), ...files });
        await expectFailure(cause, told, 'v1 keeps serving.');
        await repository.commit({ ...webApp('bad'), 'package.json': webApp('')['package.json'] as string });
      },
    );

    it('has a health check that answers 500 fails with health_check_failed', async () => {
      await api.patchWorkload(workload.id, { startDeadlineSeconds: 20 });
      const path = `/v1/workloads/${workload.id}/scale`;
      const { deploymentId } = await api.call<WorkloadChange>('POST', path, {
        sizes: { web: { health: { path: '/', intervalSeconds: 1 } } },
      });
      const { release } = await api.ended(deploymentId ?? '');
      await repository.commit(
        webApp(
          'bad',
          "console.log('not well'); const { ServerResponse } = require('node:http'); const end = ServerResponse.prototype.end; ServerResponse.prototype.end = function (...a) { this.statusCode = 500; return end.apply(this, a); };",
        ),
      );
      const told = { message: /GET \/ answered 500/, evidence: /not well/, nextStep: /health check path/ };
      await expectFailure('health_check_failed', told, `v${release} keeps serving.`);
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
    const SECONDS = 3;
    const LATEST = 5_000;
    const ATTEMPTS = 3;

    /**
     * By what the platform recorded: from its entry into the phase to its end. That is the deadline, until it is seen to
     * have passed, until the build has ended, and the write of the end; not, until a reader hears of it. A machine that
     * stands still for seconds does not do so each time; a platform that looks too rarely is late each time.
     */
    async function expectTimeout(app: Workload, phase: 'building' | 'rolling'): Promise<void> {
      const late: number[] = [];
      do {
        const { status, failure, timeline, endedAt } = await api.ended((await api.deploy(app.id)).id);
        expect({ status, cause: failure?.cause }).toEqual({ status: 'failed', cause: 'timeout' });
        expect(failure?.evidence).not.toEqual([]);
        const entered = timeline.find(({ to }) => to === phase)?.at ?? '';
        late.push(Date.parse(endedAt ?? '') - Date.parse(entered) - SECONDS * 1_000);
      } while (Math.min(...late) > LATEST && late.length < ATTEMPTS);
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
      expect(Math.min(...late)).toBeLessThanOrEqual(LATEST);
    }

    it('ends a build that hangs with timeout, within five seconds of it', async () => {
      const hanging = await Repository.make({
        'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node x.js' } }),
      });
      const other = await api.workloadFor(hanging);
      await api.patchWorkload(other.id, { deadlines: { building: SECONDS } });
      await expectTimeout(other, 'building');
    });

    it('ends a start that hangs with timeout, within five seconds of it', async () => {
      const other = await api.workloadFor(await Repository.make(webApp('x', neverListens)));
      await api.patchWorkload(other.id, { deadlines: { rolling: SECONDS } });
      await expectTimeout(other, 'rolling');
    });
  });

  describe('cancel', () => {
    it('ends a deployment that builds, also for the terminal that waits for it, and the old release keeps serving', async () => {
      await repository.commit({
        ...webApp('slow'),
        'package.json': JSON.stringify({ name: 'x', scripts: { build: 'sleep 600', start: 'node server.js' } }),
      });
      const before = (await newest()).number;
      const waiting = deployAndWait();
      const building = { number: before + 1, status: 'building' };
      await eventually(async () => expect(await newest()).toMatchObject(building), { within: 120_000 });
      expect((await terminal.try(['deployments', 'cancel', ...OF_THE_APP])).code).toBe(0);
      const { code, out, error } = await waiting;
      expect({ code, out }).toEqual({ code: 8, out: '' });
      expect(error).toContain(`Deployment #${before + 1} was cancelled.`);
      expect(await newest()).toMatchObject({
        number: before + 1,
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
