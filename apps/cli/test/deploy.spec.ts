import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  app,
  build,
  bySlug,
  deployment,
  environment,
  idOf,
  json,
  logLines,
  page,
  problem,
  workload,
} from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const create = `POST /v1/workloads/${idOf(40)}/deployments`;
const show = `GET /v1/deployments/${idOf(50)}`;
const showBuild = `GET /v1/builds/${idOf(60)}`;
const buildLog = `GET /v1/builds/${idOf(60)}/logs`;
const live = { status: 'live', release: 4, commit: '0123456789'.repeat(4), durations: { building: 1_500 } } as const;
const succeeded = build({ status: 'succeeded', language: 'node' });

describe('berth deploy', () => {
  withPlatform();
  beforeEach(() => {
    platform.on(create, (_, response) => json(response, deployment(), 202));
  });

  it('starts a deployment of the only app in the only environment, and says which', async () => {
    const ran = await terminal.berth(['deploy']);
    expect(ran).toEqual({ code: 0, stderr: '', stdout: `Deployment #4 is queued: ${idOf(50)}\n` });
    expect(platform.bodies(create)).toEqual([{ source: { kind: 'git' } }]);
  });

  it('deploys another ref when one is named', async () => {
    await terminal.berth(['deploy', '--ref', 'v1.2']);
    expect(platform.bodies(create)).toEqual([{ source: { kind: 'git', ref: 'v1.2' } }]);
  });

  it('deploys an image as it is, that of the app or the one that is named', async () => {
    const image = `registry.example/api@sha256:${'0'.repeat(64)}`;
    await terminal.berth(['deploy', '--image', image]);
    platform.on('GET /v1/apps', page(app('hello', { kind: 'image', image })));
    await terminal.berth(['deploy']);
    expect(platform.bodies(create)).toEqual([{ source: { kind: 'image', image } }, { source: { kind: 'image' } }]);
    for (const other of [
      ['--ref', 'main'],
      ['--dir', '.'],
    ])
      expect(await terminal.berth(['deploy', ...other])).toMatchObject({ code: 2 });
  });

  it('makes the workload at the first deployment', async () => {
    platform.on('GET /v1/workloads', page());
    platform.on('POST /v1/workloads', (_, response) => json(response, workload(), 201));
    expect((await terminal.berth(['deploy'])).code).toBe(0);
    expect(platform.bodies('POST /v1/workloads')).toEqual([{ appId: idOf(30), environmentId: idOf(20) }]);
  });

  it('uses the workload that somebody else made at the same moment', async () => {
    platform.onEach('GET /v1/workloads', page(), page(workload()));
    platform.on('POST /v1/workloads', (_, response) => problem(response, 409, 'workload_exists'));
    expect((await terminal.berth(['deploy'])).code).toBe(0);
    expect(platform.to(create)).toHaveLength(1);
  });

  it('shows every phase in order with what the build says, and prints only the URL to stdout', async () => {
    platform.onEach(
      show,
      deployment(),
      deployment({ status: 'building' }),
      deployment({ status: 'rolling' }),
      deployment(live),
    );
    platform.onEach(
      showBuild,
      (_, response) => problem(response, 404, 'build_not_found'),
      build({ status: 'cloning' }),
      succeeded,
    );
    // The log's end is still on its way when the deployment is further already.
    platform.on(buildLog, (...each) => void setTimeout(() => logLines('npm ci', 'built')(...each), 400));
    const ran = await terminal.berth(['deploy', '--wait']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe('http://hello.localhost\n');
    expect(ran.stderr.split('\n')).toEqual([
      `Deployment #4: ${idOf(50)}`,
      ...['==> queued', '==> clone', '==> detect', '==> build', '  | npm ci', '  | built'],
      ...['==> prepare', '==> roll', '==> verify'],
      ...['Live: v4 0123456 (building 1.5 s)', ''],
    ]);
  });

  it('answers the ended deployment as JSON', async () => {
    platform.on(show, deployment(live));
    platform.on(showBuild, succeeded);
    platform.on(buildLog, logLines());
    const ran = await terminal.berth(['deploy', '--wait', '--json']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ number: 4, status: 'live', release: 4 });
  });

  it('fails with 7, the cause, the evidence and the next step on stderr', async () => {
    const failure = {
      cause: 'build_failed' as const,
      message: 'The build ended with exit code 3.',
      evidence: ['npm ERR! boom'],
      nextStep: 'Correct it.',
    };
    platform.on(show, deployment({ status: 'failed', failure, outcome: 'v3 keeps serving.' }));
    platform.on(showBuild, build({ status: 'failed', language: 'node' }));
    platform.on(buildLog, logLines('npm ERR! boom'));
    const ran = await terminal.berth(['deploy', '--wait']);
    expect(ran.code).toBe(7);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(
      [
        'Deployment #4 failed: build_failed',
        'The build ended with exit code 3.',
        'Evidence:',
        '  | npm ERR! boom',
        'Next step: Correct it.',
        'v3 keeps serving.',
      ].join('\n'),
    );
    expect(ran.stderr).not.toContain('==> prepare');
  });

  it.each(['cancelled', 'superseded'] as const)('exits with 8 when it was %s', async (status) => {
    platform.on(show, deployment({ status, buildId: null, outcome: 'v3 keeps serving.' }));
    const ran = await terminal.berth(['deploy', '--wait']);
    expect(ran.code).toBe(8);
    expect(ran.stderr).toContain(`Deployment #4 was ${status}. v3 keeps serving.`);
  });

  it('stops waiting at the timeout and says how to go on', async () => {
    platform.on(show, deployment({ buildId: null }));
    const ran = await terminal.berth(['deploy', '--timeout', '0s']);
    expect(ran.code).toBe(9);
    expect(ran.stderr).toContain('Deployment #4 did not end in time; it goes on.');
    expect(ran.stderr).toContain(`berth deployments cancel ${idOf(50)}`);
  });

  it('leaves the deployment running at Ctrl-C', async () => {
    const interrupted = new AbortController();
    platform.on(show, (_, response) => {
      json(response, deployment({ buildId: null }));
      if (platform.to(show).length === 2) interrupted.abort();
    });
    const ran = await terminal.berth(['deploy', '--wait'], { signal: interrupted.signal });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toContain('Deployment #4 goes on.');
    expect(platform.received.some((each) => each.path.endsWith('/cancel'))).toBe(false);
  });

  it('waits for a platform that is away for a moment', async () => {
    let looks = 0;
    platform.on(show, (_, response) => {
      looks += 1;
      if (looks > 1 && looks < 7) return problem(response, 502, 'unavailable');
      json(response, deployment(looks === 1 ? { buildId: null } : { ...live, buildId: null }));
    });
    const ran = await terminal.berth(['deploy', '--wait']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('The server does not answer for the moment');
  });

  it('ends when the deployment may not be read any more', async () => {
    platform.onEach(show, deployment({ buildId: null }), (_, response) =>
      problem(response, 404, 'deployment_not_found'),
    );
    expect((await terminal.berth(['deploy', '--wait'])).code).toBe(4);
  });

  it('names the choices when several environments are possible, and starts nothing', async () => {
    platform.on('GET /v1/environments', bySlug(environment('staging'), environment('production', 21)));
    const ran = await terminal.berth(['deploy']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Which environment? There are staging, production.');
    expect(platform.to(create)).toHaveLength(0);
  });

  it('refuses a folder for an app from Git, and a ref for an uploaded one', async () => {
    expect(await terminal.berth(['deploy', '--dir', '.'])).toMatchObject({ code: 2 });
    platform.on('GET /v1/apps', bySlug(app('hello', { kind: 'upload' })));
    expect(await terminal.berth(['deploy', '--ref', 'main'])).toMatchObject({ code: 2 });
    expect(await terminal.berth(['deploy'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say --dir PATH.'),
    });
  });

  describe('--dry-run', () => {
    const entries = [
      { cluster: 'local', release: 3, processType: 'web', instances: 1, cpuMillicores: 250, memoryMib: 256 },
    ];
    const plan = {
      releaseHash: null,
      notes: ['The volume data has one writer at a time.'],
      changes: [{ path: '/artifact', before: `sha256:${'cd'.repeat(32)}`, after: null }],
      allocation: { before: entries, after: [] },
    };
    const where = { organization: idOf(1), project: idOf(10), environment: idOf(20) };
    const rounding = { mode: 'half-even', lineDecimals: 10, totalDecimals: 2 };
    const estimate = {
      currency: 'EUR',
      priceBook: 'default',
      rounding,
      monthHours: 730,
      before: '6.39',
      after: '0.00',
      difference: '-6.39',
    };

    beforeEach(() => {
      platform.on(create, plan);
      platform.on('POST /v1/costs/estimate', estimate);
      platform.on('GET /v1/volumes', page({ sizeMib: 1_024, copies: 2 }, { sizeMib: 1_024, copies: 1 }));
    });

    it('shows what would change and what that would cost', async () => {
      const ran = await terminal.berth(['deploy', '--dry-run']);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout).toContain('/artifact  cdcdcdcdcdcd  -');
      expect(ran.stdout).toContain('Release: known after the build');
      expect(ran.stdout).toContain('The volume data has one writer at a time.');
      expect(ran.stdout).toContain('Price of a month (730 h): 6.39 -> 0.00 EUR (-6.39)');
      expect(platform.to(create)[0]?.query.get('dryRun')).toBe('true');
      expect(platform.bodies('POST /v1/costs/estimate')).toEqual([
        { ...where, ...plan.allocation, storage: { beforeMib: 3_072, afterMib: 3_072 } },
      ]);
      expect(platform.to('GET /v1/volumes').map(({ query }) => query.get('workload'))).toEqual([idOf(40)]);
    });

    it('shows what a canary does before it takes over, and what that costs for as long', async () => {
      const beside = [{ ...entries[0]!, release: 4, instances: 2 }];
      const steps = [
        { weight: 10, holdSeconds: 300 },
        { weight: 50, holdSeconds: 600 },
      ];
      const quota = { cpuMillicores: 500, memoryMib: 512 };
      const canary = { steps, waitSeconds: null, holdSeconds: 900, allocation: beside, quota };
      platform.on(create, { ...plan, canary });
      platform.onEach('POST /v1/costs/estimate', estimate, { ...estimate, difference: '12.78' });
      const ran = await terminal.berth(['deploy', '--dry-run']);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout).toContain(
        [
          'Canary: 10 % for 5 min 0 s, then 50 % for 10 min 0 s of the requests, then all of them.',
          'Meanwhile, at most: 2 more of web; the quota holds 500m and 512 MiB for it.',
          'Price of that: 0.0044 EUR for 15 min 0 s at most (12.78 a month).',
        ].join('\n'),
      );
      expect(platform.bodies('POST /v1/costs/estimate')).toEqual([
        expect.objectContaining({ before: entries, after: [] }),
        expect.objectContaining({ before: entries, after: [...entries, ...beside] }),
      ]);
    });

    it('shows what a blue-green switch does, and what it costs with the time that it may wait', async () => {
      const beside = [{ ...entries[0]!, release: 4, instances: 3 }];
      const quota = { cpuMillicores: 750, memoryMib: 768 };
      const steps = [{ weight: 100, holdSeconds: 600 }];
      platform.on(create, {
        ...plan,
        canary: { steps, waitSeconds: 300, holdSeconds: 600, allocation: beside, quota },
      });
      platform.onEach('POST /v1/costs/estimate', estimate, { ...estimate, difference: '12.78' });
      expect((await terminal.berth(['deploy', '--dry-run'])).stdout).toContain(
        [
          'Blue-green: comes up whole, waits for at most 5 min 0 s to be promoted, gets all requests at once; what is live stays up for 10 min 0 s.',
          'Meanwhile, at most: 3 more of web; the quota holds 750m and 768 MiB for it.',
          'Price of that: 0.0044 EUR for 15 min 0 s at most (12.78 a month).',
        ].join('\n'),
      );
    });

    it('ends as the deployment would when it is known that it would fail, and says what to do', async () => {
      const failure = {
        ...{ cause: 'config_invalid', message: 'Nobody can be kept out of it.', evidence: [] },
        nextStep: 'Take its protection away.',
      };
      platform.on(create, { ...plan, failure });
      const ran = await terminal.berth(['deploy', '--dry-run']);
      expect(ran).toMatchObject({ code: 7, stdout: expect.stringContaining('Price of a month') });
      for (const line of ['It would fail: config_invalid', failure.message, `Next step: ${failure.nextStep}`])
        expect(ran.stderr).toContain(line);
      expect((await terminal.berth(['deploy', '--dry-run', '--json'])).stdout).toContain('"config_invalid"');
    });

    it('stores nothing: it makes no workload and sends no folder', async () => {
      platform.on('GET /v1/apps', bySlug(app('hello', { kind: 'upload' })));
      expect(await terminal.berth(['deploy', '--dry-run', '--dir', '.'])).toMatchObject({ code: 0 });
      platform.on('GET /v1/workloads', page());
      const ran = await terminal.berth(['deploy', '--dry-run', '--dir', '.']);
      expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('hello was never deployed to staging.') });
      const posted = platform.received.filter((each) => each.method === 'POST').map((each) => each.path);
      expect(new Set(posted)).toEqual(new Set([`/v1/workloads/${idOf(40)}/deployments`, '/v1/costs/estimate']));
    });

    it('is for those who may not see volumes, too, and says that prices are without them', async () => {
      platform.on('GET /v1/volumes', (_, response) => problem(response, 403, 'forbidden'));
      const ran = await terminal.berth(['deploy', '--dry-run']);
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('without volumes') });
      expect(ran.stdout).toContain('(-6.39)');
      expect(platform.bodies('POST /v1/costs/estimate')).toEqual([
        { ...where, ...plan.allocation, storage: { beforeMib: 0, afterMib: 0 } },
      ]);
      platform.on('GET /v1/volumes', (_, response) => problem(response, 503, 'unavailable'));
      expect(await terminal.berth(['deploy', '--dry-run'])).toMatchObject({ code: 9 });
    });

    it('answers both as JSON', async () => {
      const { stdout } = await terminal.berth(['deploy', '--dry-run', '--json']);
      expect(JSON.parse(stdout)).toEqual({ ...plan, estimate });
    });
  });
});
