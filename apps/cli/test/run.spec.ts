import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { deployment, environment, events, idOf, json, page, problem, release, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const at = '2026-11-21T10:00:00.000Z';
const base = `/v1/workloads/${idOf(40)}`;
const create = `POST ${base}/deployments`;
const show = `GET /v1/deployments/${idOf(50)}`;

describe('what runs', () => {
  withPlatform();
  beforeEach(() => {
    platform.on(create, (_, response) => json(response, deployment({ buildId: null }), 202));
    platform.on(show, deployment({ buildId: null, status: 'live', release: 5 }));
  });

  it('says how to deploy what was never deployed', async () => {
    platform.on('GET /v1/workloads', page());
    const ran = await terminal.berth(['ps']);
    expect(ran).toMatchObject({ code: 4, stdout: '' });
    expect(ran.stderr).toContain('Deploy it: berth deploy --app hello --env staging');
  });

  describe('ps', () => {
    const instance = {
      ...{
        id: 'web-a1',
        cluster: 'local',
        processType: 'web',
        release: 3,
        state: 'backoff',
        cpuMillicores: 250,
        memoryMib: 256,
      },
      ...{ restarts: 4, startedAt: at, trouble: { cause: 'crash_loop', message: 'It ended.', evidence: [] } },
    };

    it('lists instances and what troubles them', async () => {
      platform.on(`GET ${base}/instances`, { items: [instance], silent: ['berlin'] });
      const { stdout, stderr } = await terminal.berth(['ps']);
      expect(stderr).toContain('berlin does not answer');
      expect(stdout).toMatch(
        /web-a1 +local +web +v3 +backoff +250m 256Mi +4 +2026-11-21 10:00:00 +crash_loop: It ended\./,
      );
      expect(JSON.parse((await terminal.berth(['ps', '--json'])).stdout)).toEqual([instance]);
    });

    it('says that nobody knows when no cluster can be asked', async () => {
      const message = 'Its cluster (berlin) does not answer: nobody knows how it is. Seen last: v3 serves';
      const unknown = { type: 'Ready', status: 'unknown' as const, reason: 'ClusterUnreachable', message, since: at };
      platform.on('GET /v1/workloads', page(workload({ conditions: [unknown] })));
      platform.on(`GET ${base}/instances`, (_, response) => problem(response, 503, 'runtime_unavailable'));
      const { code, stdout, stderr } = await terminal.berth(['ps']);
      expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: '' });
      expect(stderr).toContain(message);
    });

    it('says when it is stopped', async () => {
      platform.on(`GET ${base}/instances`, { items: [], silent: [] });
      platform.on('GET /v1/workloads', page(workload({ state: 'stopped' })));
      expect(await terminal.berth(['ps'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: 'It is stopped: berth ps start\n',
      });
    });

    it('scales counts at once', async () => {
      const changed = workload({ counts: { web: 3, worker: 1 } });
      platform.on(`POST ${base}/scale`, { workload: changed, deploymentId: null });
      const ran = await terminal.berth(['ps', 'scale', 'web=3', 'worker=1']);
      expect(ran).toMatchObject({ code: 0, stdout: 'Instances: web=3 worker=1\n' });
      expect(platform.bodies(`POST ${base}/scale`)).toEqual([{ counts: { web: 3, worker: 1 }, sizes: {} }]);
    });

    it('leaves the number to the runtime between bounds', async () => {
      const changed = workload({ counts: { web: 3 }, autoscaling: { web: { min: 2, max: 9, cpuPercent: 70 } } });
      platform.on(`POST ${base}/scale`, { workload: changed, deploymentId: null });
      const ran = await terminal.berth(['ps', 'scale', 'web=2..9']);
      expect(ran).toMatchObject({ code: 0, stdout: 'Instances: web=2..9\n' });
    });

    it('waits for the deployment that a change of size makes', async () => {
      platform.on(`POST ${base}/scale`, { workload: workload(), deploymentId: idOf(50) });
      const ran = await terminal.berth(['ps', 'scale', 'web', '--cpu', '500m', '--memory', '1Gi', '--wait']);
      expect(ran).toMatchObject({ code: 0, stdout: 'http://hello.localhost\n' });
      expect(platform.bodies(`POST ${base}/scale`)).toEqual([
        { counts: {}, sizes: { web: { cpuMillicores: 500, memoryMib: 1_024 } } },
      ]);
    });

    it('exits with 6 when the release has no such process type', async () => {
      platform.on(`POST ${base}/scale`, (_, response) => problem(response, 422, 'process_type_unknown'));
      expect(await terminal.berth(['ps', 'scale', 'foo=1'])).toMatchObject({ code: 6 });
    });

    it.each([
      [['ps', 'restart'], 'restart'],
      [['restart'], 'restart'],
      [['ps', 'stop'], 'stop'],
      [['stop'], 'stop'],
      [['ps', 'start'], 'start'],
      [['start'], 'start'],
    ])('%j asks for %s', async (argv, verb) => {
      platform.on(`POST ${base}/${verb}`, { workload: workload(), deploymentId: null });
      expect(await terminal.berth(argv)).toMatchObject({ code: 0 });
      expect(platform.to(`POST ${base}/${verb}`)).toHaveLength(1);
    });
  });

  describe('releases and rollback', () => {
    beforeEach(() => platform.on('GET /v1/releases', page(release(3), release(2, false), release(1))));

    it('lists them and marks the current one', async () => {
      const { stdout } = await terminal.berth(['releases', 'list']);
      expect(stdout.split('\n').slice(1, 4)).toEqual([
        expect.stringMatching(/^v3 \(current\) +deploy +fffffff +abababababab +2\.0 KiB +2 +yes/),
        expect.stringMatching(/^v2 .* no /),
        expect.stringMatching(/^v1 .* yes /),
      ]);
    });

    it('shows the current one, or the named one', async () => {
      expect((await terminal.berth(['releases', 'show'])).stdout).toMatch(/^Release: +v3\n/);
      const named = await terminal.berth(['releases', 'show', 'v1', '--json']);
      expect(JSON.parse(named.stdout)).toMatchObject({ number: 1 });
      expect(await terminal.berth(['releases', 'show', 'v9'])).toMatchObject({ code: 4 });
    });

    it('rolls back to what was live before, past releases that never were', async () => {
      expect(await terminal.berth(['rollback'])).toMatchObject({ code: 0 });
      expect(platform.bodies(create)).toEqual([{ source: { kind: 'release', number: 1 } }]);
    });

    it('rolls back to a named release and waits', async () => {
      expect(await terminal.berth(['rollback', 'v2', '--wait'])).toMatchObject({ code: 0 });
      expect(platform.bodies(create)).toEqual([{ source: { kind: 'release', number: 2 } }]);
    });

    it('switches back to the release that shares its requests with a newer one: nothing is deployed', async () => {
      platform.on('GET /v1/workloads', page(workload({ activeDeploymentId: idOf(50) })));
      const canary = { state: 'stepping' as const, waitsUntilPromoted: false, step: 0, since: at, counts: [] };
      const steps = [{ weight: 100, holdSeconds: 600 }];
      const shifting = deployment({ status: 'shifting', release: 4, canary: { ...canary, steps } });
      platform.on(show, shifting);
      const outcome = 'All requests go back to v3, whose instances were kept.';
      const cancel = `POST /v1/deployments/${idOf(50)}/cancel`;
      platform.on(cancel, deployment({ status: 'cancelled', outcome }));
      for (const given of [['rollback'], ['rollback', 'v3']])
        expect(await terminal.berth(given)).toMatchObject({
          ...{ code: 0, stdout: `Deployment #4 is cancelled. ${outcome} Nothing was started.\n` },
        });
      expect([platform.to(cancel).length, platform.to(create).length]).toEqual([2, 0]);
      expect(await terminal.berth(['rollback', 'v1'])).toMatchObject({ code: 0 });
      expect(platform.bodies(create)).toEqual([{ source: { kind: 'release', number: 1 } }]);
    });

    describe('while a release with requests takes the place of the current one', () => {
      const canary = { waitsUntilPromoted: false, step: 0, since: null, counts: [] };
      const steps = [{ weight: 100, holdSeconds: 600 }];
      const at = (
        status: 'shifting' | 'verifying' | 'live' | 'failed',
        state: 'promoting' | 'aborting' = 'promoting',
      ) => deployment({ status, release: 4, canary: { ...canary, state, steps } });
      const cancel = `POST /v1/deployments/${idOf(50)}/cancel`;
      const refuse = (_: unknown, response: ServerResponse) => problem(response, 409, 'deployment_ended');

      beforeEach(() => platform.on('GET /v1/workloads', page(workload({ activeDeploymentId: idOf(50) }))));

      it.each([
        ['shifting', 'promoting'],
        ['verifying', 'promoting'],
        ['shifting', 'aborting'],
      ] as const)('cancels it, %s and %s', async (status, state) => {
        platform.on(show, at(status, state));
        platform.on(cancel, deployment({ status: 'cancelled', outcome: 'v3 keeps serving.' }));
        expect(await terminal.berth(['rollback'])).toMatchObject({ code: 0 });
        expect([platform.to(cancel).length, platform.to(create).length]).toEqual([1, 0]);
      });

      it('deploys what was current when the command began, if it went live before it could be cancelled', async () => {
        platform.onEach(show, at('verifying'), at('live'));
        platform.on(cancel, refuse);
        expect(await terminal.berth(['rollback'])).toMatchObject({ code: 0 });
        expect(platform.bodies(create)).toEqual([{ source: { kind: 'release', number: 3 } }]);
      });

      it('deploys what was current when the command began, if it was live at the second look', async () => {
        platform.on(cancel, refuse);
        platform.on(show, at('live'));
        expect(await terminal.berth(['rollback'])).toMatchObject({ code: 0 });
        expect(platform.bodies(create)).toEqual([{ source: { kind: 'release', number: 3 } }]);
      });

      it('starts nothing when it failed before it could be cancelled', async () => {
        const failed = deployment({ status: 'failed', outcome: 'v3 keeps serving.' });
        platform.onEach(show, at('shifting', 'aborting'), failed);
        platform.on(cancel, refuse);
        expect(await terminal.berth(['rollback'])).toMatchObject({
          ...{ code: 0, stdout: 'Deployment #4 is failed. v3 keeps serving. Nothing was started.\n' },
        });
        expect(platform.to(create)).toEqual([]);
      });
    });

    it('exits with 5 when there is nothing to go back to', async () => {
      platform.on('GET /v1/releases', page(release(3), release(2, false)));
      expect(await terminal.berth(['rollback'])).toMatchObject({ code: 5 });
      expect(platform.to(create)).toHaveLength(0);
    });

    it('refuses what is not a release', async () => {
      expect(await terminal.berth(['rollback', 'yesterday'])).toMatchObject({ code: 2 });
    });
  });

  describe('deployments promote', () => {
    const promote = `POST /v1/deployments/${idOf(50)}/promote`;
    const progress = { waitsUntilPromoted: true, step: 0, since: null, counts: [] };
    const steps = [{ weight: 100, holdSeconds: 600 }];
    const canary = { ...progress, steps, state: 'waiting' as const };
    const moving = deployment({ number: 12, status: 'shifting', release: 4, canary });

    beforeEach(() => {
      platform.on('GET /v1/workloads', page(workload({ activeDeploymentId: idOf(50) })));
      platform.on('GET /v1/deployments', page(deployment({ id: idOf(51), number: 13, status: 'failed' })));
      platform.on(show, moving);
      platform.on(promote, moving);
    });

    it('takes the one that waits, not the newest, and says which release it was', async () => {
      const ran = await terminal.berth(['deployments', 'promote']);
      expect(ran).toMatchObject({ code: 0, stdout: `Deployment #12 is shifting: ${idOf(50)}\n` });
      expect(ran.stderr).toContain('v4 is promoted.');
      expect(platform.to(promote)).toHaveLength(1);
    });

    it('exits with 5 when none waits', async () => {
      platform.on(show, { ...moving, canary: { ...canary, state: 'stepping' } });
      expect(await terminal.berth(['deployments', 'promote'])).toMatchObject({ code: 5 });
      platform.on('GET /v1/workloads', page(workload()));
      expect(await terminal.berth(['deployments', 'promote'])).toMatchObject({ code: 5 });
      expect(platform.to(promote)).toEqual([]);
    });
  });

  describe('promote', () => {
    const production = workload({ id: idOf(41), environmentId: idOf(21), currentRelease: null });

    beforeEach(() => {
      platform.on('GET /v1/environments', ({ query }, response) => {
        const all = [environment('staging'), environment('production', 21)];
        json(response, page(...all.filter((each) => [null, each.slug].includes(query.get('slug')))));
      });
      platform.on('GET /v1/workloads', page(workload(), production));
      platform.on(`POST /v1/workloads/${idOf(41)}/deployments`, (_, response) =>
        json(response, deployment({ buildId: null }), 202),
      );
    });

    const promoted = () => platform.bodies(`POST /v1/workloads/${idOf(41)}/deployments`);

    it('takes the current release of one environment to another', async () => {
      expect(await terminal.berth(['promote', '--from', 'staging', '--to', 'production'])).toMatchObject({ code: 0 });
      expect(promoted()).toEqual([{ source: { kind: 'promote', workloadId: idOf(40), number: 3 } }]);
    });

    it('takes a named release, and --env for --to', async () => {
      await terminal.berth(['promote', '--from', 'staging', '--env', 'production', '--release', 'v2']);
      expect(promoted()).toMatchObject([{ source: { number: 2 } }]);
    });

    it('refuses to promote nothing, from nowhere, or to the same environment', async () => {
      expect(await terminal.berth(['promote', '--to', 'production'])).toMatchObject({ code: 2 });
      expect(await terminal.berth(['promote', '--from', 'production', '--to', 'staging'])).toMatchObject({ code: 5 });
      expect(await terminal.berth(['promote', '--from', 'staging', '--to', 'staging'])).toMatchObject({ code: 2 });
      expect(promoted()).toEqual([]);
    });
  });

  describe('deployments', () => {
    const failure = { cause: 'crash_loop' as const, message: 'It ends.', evidence: ['boom'], nextStep: 'Look.' };
    const all = [
      deployment({ number: 4, status: 'failed', failure }),
      deployment({ id: idOf(51), number: 3, source: { kind: 'release', number: 1 }, status: 'live', buildId: null }),
    ];

    beforeEach(() => {
      platform.on('GET /v1/deployments', ({ query }, response) =>
        json(response, page(...all.slice(0, Number(query.get('limit'))))),
      );
      platform.on(show, all[0] as object);
    });

    it('lists the newest with their source and cause', async () => {
      const { stdout } = await terminal.berth(['deployments', 'list']);
      expect(stdout).toMatch(/4 +failed \(crash_loop\) +git main/);
      expect(stdout).toMatch(/3 +live +rollback to v1/);
      const limited = await terminal.berth(['deployments', 'list', '--limit', '1', '--json']);
      expect(JSON.parse(limited.stdout)).toHaveLength(1);
      expect(await terminal.berth(['deployments', 'list', '--limit', '0'])).toMatchObject({ code: 2 });
    });

    it('shows one by id, by number, and the newest', async () => {
      for (const argv of [[idOf(50)], ['4'], ['#4'], []]) {
        const { stdout } = await terminal.berth(['deployments', 'show', ...argv]);
        expect(stdout).toMatch(/^Deployment: +#4\n/);
        expect(stdout).toContain('Deployment #4 failed: crash_loop');
      }
      expect(await terminal.berth(['deployments', 'show', '9'])).toMatchObject({ code: 4 });
    });

    it('cancels, and exits with 5 when it has ended', async () => {
      const cancel = `POST /v1/deployments/${idOf(50)}/cancel`;
      platform.on(cancel, deployment({ status: 'cancelled' }));
      expect(await terminal.berth(['deployments', 'cancel'])).toMatchObject({
        code: 0,
        stdout: 'Deployment #4 is cancelled.\n',
      });
      platform.on(cancel, (_, response) => problem(response, 409, 'deployment_ended'));
      expect(await terminal.berth(['deployments', 'cancel', '4'])).toMatchObject({ code: 5 });
    });

    it('streams what the build says, or tells that there was none', async () => {
      const line = (sequence: number) => ({ id: `${sequence}`, data: { sequence, at, text: `line ${sequence}` } });
      const end = { event: 'end', data: { status: 'failed' } };
      platform.on(`GET /v1/builds/${idOf(60)}/logs`, events(line(1), line(2), end));
      expect(await terminal.berth(['deployments', 'logs'])).toMatchObject({ code: 0, stdout: 'line 1\nline 2\n' });
      const json = (await terminal.berth(['deployments', 'logs', '--json'])).stdout.trim().split('\n');
      expect(json.map((each) => (JSON.parse(each) as { sequence: number }).sequence)).toEqual([1, 2]);
      expect(await terminal.berth(['deployments', 'logs', '3'])).toMatchObject({ code: 0, stdout: '' });
    });
  });

  describe('config and secrets', () => {
    const config = `PATCH /v1/config/${idOf(40)}`;
    const secrets = `PATCH /v1/secrets/${idOf(40)}`;
    const scopeVersions = { organization: 0, project: 0, environment: 0 };
    const effective = { workloadId: idOf(40), version: 3, scopeVersions };

    beforeEach(() => {
      platform.on(config, { version: 3, deploymentId: null });
      platform.on(secrets, { version: 3, deploymentId: null, revoked: [] });
    });

    it('sets, unsets and lists variables', async () => {
      expect(await terminal.berth(['config', 'set', 'A=1', 'B=a=b'])).toMatchObject({ code: 0 });
      expect(await terminal.berth(['config', 'unset', 'A', 'B'])).toMatchObject({ code: 0 });
      expect(platform.bodies(config)).toEqual([
        { set: { A: '1', B: 'a=b' }, unset: [] },
        { set: {}, unset: ['A', 'B'] },
      ]);
      const items = [
        { name: 'A', value: '1', scope: 'workload' },
        { name: 'B', value: '2', scope: 'workload' },
      ];
      platform.on(`GET /v1/config/${idOf(40)}/effective`, { ...effective, items });
      expect((await terminal.berth(['config', 'list'])).stdout).toBe('A=1\nB=2\n');
    });

    it('waits for the deployment that a change makes', async () => {
      platform.on(config, { version: 3, deploymentId: idOf(50) });
      const ran = await terminal.berth(['config', 'set', 'A=1', '--wait']);
      expect(ran).toMatchObject({ code: 0, stdout: 'http://hello.localhost\n' });
    });

    it('can be set before anything was deployed', async () => {
      platform.on('GET /v1/workloads', page());
      platform.on('POST /v1/workloads', (_, response) => json(response, workload(), 201));
      const ran = await terminal.berth(['config', 'set', 'A=1']);
      expect(ran).toMatchObject({ code: 0, stdout: 'Config version 3 takes effect with the first deployment.\n' });
    });

    it('reads a secret from stdin, without its line end, and shows it nowhere', async () => {
      const ran = await terminal.berth(['secrets', 'set', 'TOKEN'], { stdin: 's3cret\nwith two lines\n' });
      expect(platform.bodies(secrets)).toEqual([
        { set: { TOKEN: 's3cret\nwith two lines' }, unset: [], revokeFormer: false },
      ]);
      expect(ran.stdout + ran.stderr).not.toContain('s3cret');
    });

    it('takes secrets as arguments with a warning', async () => {
      const ran = await terminal.berth(['secrets', 'set', 'A=1', 'B=2']);
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("the shell's history") });
      expect(platform.bodies(secrets)).toEqual([{ set: { A: '1', B: '2' }, unset: [], revokeFormer: false }]);
    });

    it.each([[['A', 'B']], [['A=1', 'B']], [['A']]])('refuses %j without values', async (names) => {
      expect(await terminal.berth(['secrets', 'set', ...names])).toMatchObject({ code: 2 });
      expect(platform.to(secrets)).toHaveLength(0);
    });

    it('revokes a version, and says that nothing runs with it', async () => {
      const revocations = `POST /v1/secrets/${idOf(40)}/revocations`;
      platform.on(revocations, { name: 'TOKEN', version: 1, deploymentId: null });
      const ran = await terminal.berth(['secrets', 'revoke', 'TOKEN@1']);
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('Version 1 of TOKEN is revoked') });
      expect(platform.bodies(revocations)).toEqual([{ name: 'TOKEN', version: 1 }]);
      expect(await terminal.berth(['secrets', 'revoke', 'TOKEN'])).toMatchObject({ code: 2 });
    });

    it('lists names and versions of secrets', async () => {
      const items = [{ name: 'TOKEN', version: 2, createdAt: at, scope: 'workload' }];
      platform.on(`GET /v1/secrets/${idOf(40)}/effective`, { ...effective, items });
      expect((await terminal.berth(['secrets', 'list'])).stdout).toMatch(/TOKEN +2 +- +workload +2026-11-21 10:00:00/);
      await terminal.berth(['secrets', 'unset', 'TOKEN']);
      expect(platform.bodies(secrets)).toEqual([{ set: {}, unset: ['TOKEN'], revokeFormer: false }]);
    });
  });
});
