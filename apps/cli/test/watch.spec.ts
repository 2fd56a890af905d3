import { beforeEach, describe, expect, it } from '@jest/globals';
import { queryOf } from '../src/commands/logs/logs.js';
import { deployment, environment, events, idOf, json, page, problem, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const at = '2026-11-21T10:00:00.000Z';
const base = `/v1/workloads/${idOf(40)}`;

describe('watching', () => {
  withPlatform();

  it('prints the URL', async () => {
    expect(await terminal.berth(['open'])).toEqual({ code: 0, stdout: 'http://hello.localhost\n', stderr: '' });
  });

  describe('logs', () => {
    const line = (number: number, stream = 'stdout') => ({
      ...{ id: `c${number}`, event: 'line' },
      data: { cursor: `c${number}`, at, process: 'web', instance: 'web-a1', stream, text: `line ${number}` },
    });

    it('prints stored lines and marks what the platform says', async () => {
      platform.on(`GET ${base}/logs`, events(line(1), line(2, 'platform')));
      const ran = await terminal.berth(['logs', '--process', 'web', '--instance', 'web-a1']);
      expect(ran).toEqual({ code: 0, stderr: '', stdout: `${at} web-a1 line 1\n${at} web-a1 * line 2\n` });
      expect(Object.fromEntries(platform.to(`GET ${base}/logs`)[0]?.query ?? [])).toEqual({
        ...{ follow: 'false', process: 'web', instance: 'web-a1', tail: '100' },
      });
    });

    it('follows over breaks, without a line lost or twice, until Ctrl-C', async () => {
      const interrupted = new AbortController();
      platform.on(`GET ${base}/logs`, (request, response) => {
        const last = Number(String(request.headers['last-event-id'] ?? 'c0').slice(1));
        if (last === 3) return interrupted.abort();
        events(line(last + 1))(request, response);
      });
      const ran = await terminal.berth(['logs', '-f'], { signal: interrupted.signal });
      expect(ran.code).toBe(0);
      expect(ran.stdout.match(/line \d/g)).toEqual(['line 1', 'line 2', 'line 3']);
    });

    it('prints one JSON document a line', async () => {
      platform.on(`GET ${base}/logs`, events(line(1), line(2)));
      const lines = (await terminal.berth(['logs', '--json'])).stdout.trim().split('\n');
      expect(lines.map((each) => (JSON.parse(each) as { text: string }).text)).toEqual(['line 1', 'line 2']);
    });

    it.each([
      [{}, 'follow=false&tail=100'],
      [{ lines: '5' }, 'follow=false&tail=5'],
      [{ follow: true, since: '10m' }, 'follow=true&since=2026-11-21T09%3A50%3A00.000Z'],
      [
        { since: '1h', lines: '3', process: 'web' },
        'follow=false&process=web&since=2026-11-21T09%3A00%3A00.000Z&tail=3',
      ],
    ])('asks with %j for %s', (given, query) => {
      expect(queryOf(given, new Date(at)).toString()).toBe(query);
    });

    it('refuses what is not a duration or a number', async () => {
      expect(await terminal.berth(['logs', '--since', 'yesterday'])).toMatchObject({ code: 2 });
      expect(await terminal.berth(['logs', '-n', 'all'])).toMatchObject({ code: 2 });
      expect(platform.to(`GET ${base}/logs`)).toHaveLength(0);
    });
  });

  describe('top', () => {
    const sample = {
      at,
      items: [
        {
          ...{ instance: 'web-a1', cluster: 'local', process: 'web', release: 3, state: 'ready', cpuMillicores: 12 },
          ...{ memoryBytes: 52_428_800, storageBytes: 0, cpuLimitMillicores: 250, memoryLimitBytes: 268_435_456 },
          ...{ volumes: [], sources: { usage: 'runtime', storage: 'runtime' } },
        },
      ],
      silent: [],
    };

    it('prints one sample without a terminal', async () => {
      platform.on(`GET ${base}/stats`, sample);
      const { stdout } = await terminal.berth(['top']);
      expect(stdout).toMatch(/web-a1 +local +v3 +ready +12m of 250m +50\.0 MiB of 256\.0 MiB +0 B +- +- +runtime/);
      expect(JSON.parse((await terminal.berth(['top', '--json'])).stdout)).toEqual(sample);
    });

    it('shows what volumes hold, who said it, and what nobody knows', async () => {
      const [instance] = sample.items;
      const volume = { id: '0192f0c1-0000-7000-8000-000000000001', capacityBytes: 10_737_418_240 };
      const [known, unknown] = [
        { storageBytes: 1_048_576, volumes: [{ ...volume, usedBytes: 3_221_225_472 }] },
        { storageBytes: null, volumes: [{ ...volume, usedBytes: null }] },
      ];
      const usage = 'metrics.k8s.io';
      const items = [
        { ...instance, ...known, sources: { usage, storage: 'kubelet' } },
        { ...instance, ...unknown, instance: 'web-b2', sources: { usage, storage: null } },
      ];
      platform.on(`GET ${base}/stats`, { at, items, silent: [] });
      const { stdout } = await terminal.berth(['top']);
      expect(stdout).toMatch(/^web-a1 .* 1\.0 MiB +3\.0 GiB of 10\.0 GiB +- +metrics\.k8s\.io, kubelet$/m);
      expect(stdout).toMatch(/^web-b2 .* \? +\? of 10\.0 GiB +- +metrics\.k8s\.io$/m);
    });

    it('shows what passes through the network where somebody knows', async () => {
      const [instance] = sample.items;
      const network = { receivedBytesPerSecond: 2_048, sentBytesPerSecond: 10 };
      const sources = { usage: 'prometheus', storage: null, network: 'prometheus' };
      platform.on(`GET ${base}/stats`, { at, items: [{ ...instance, network, sources }], silent: [] });
      expect((await terminal.berth(['top'])).stdout).toMatch(/ 2\.0 KiB\/s in, 10 B\/s out +prometheus$/m);
    });

    it('exits with 9 when the runtime does not answer', async () => {
      platform.on(`GET ${base}/stats`, (_, response) => problem(response, 504, 'runtime_unavailable'));
      expect(await terminal.berth(['top', '--once'])).toMatchObject({ code: 9 });
    });
  });

  describe('status', () => {
    const ready = { id: 'web-a1', state: 'ready' };
    const condition = {
      type: 'Ready',
      status: 'false',
      reason: 'R',
      message: '1 of 2 instances are ready',
      since: at,
    } as const;

    beforeEach(() => {
      platform.on('GET /v1/environments', page(environment('staging'), environment('production', 21)));
      platform.on(`GET ${base}/instances`, { items: [ready, { id: 'web-a2', state: 'starting' }] });
      platform.on(`GET /v1/workloads/${idOf(41)}/instances`, { items: [] });
      platform.on(`GET /v1/deployments/${idOf(50)}`, deployment({ status: 'rolling' }));
    });

    it('shows the app in all its environments', async () => {
      const production = workload({
        id: idOf(41),
        environmentId: idOf(21),
        currentRelease: null,
        activeDeploymentId: idOf(50),
      });
      platform.on('GET /v1/workloads', page(workload({ conditions: [condition] }), production));
      const { stdout } = await terminal.berth(['status']);
      expect(stdout).toMatch(/staging +running +v3 +1 of 2 ready +- +http:\/\/hello\.localhost/);
      expect(stdout).toMatch(/production +running +- +0 of 0 ready +#4 rolling/);
      expect(stdout).toContain('staging: 1 of 2 instances are ready');
    });

    it('shows one environment when it is named', async () => {
      platform.on('GET /v1/environments', ({ query }, response) =>
        json(response, page(environment(query.get('slug') ?? 'staging'))),
      );
      platform.on('GET /v1/workloads', page(workload()));
      const { stdout } = await terminal.berth(['status', '--env', 'staging', '--json']);
      expect(JSON.parse(stdout)).toMatchObject([{ environment: 'staging', deployment: null, instances: [ready, {}] }]);
    });

    it('says that nobody knows where the cluster cannot be asked, and shows the other environments', async () => {
      const unknown = { ...condition, status: 'unknown' as const, message: 'berlin does not answer' };
      const lost = workload({ id: idOf(41), environmentId: idOf(21), conditions: [unknown] });
      platform.on('GET /v1/workloads', page(workload(), lost));
      platform.on(`GET /v1/workloads/${idOf(41)}/instances`, (_, response) =>
        problem(response, 503, 'runtime_unavailable'),
      );
      const { stdout } = await terminal.berth(['status']);
      expect(stdout).toMatch(/staging +running +v3 +1 of 2 ready/);
      expect(stdout).toMatch(/production +running +v3 +- +- /);
      expect(stdout).toContain('production: berlin does not answer');
    });

    it('says how to deploy an app that never was', async () => {
      platform.on('GET /v1/workloads', page());
      const ran = await terminal.berth(['status']);
      expect(ran).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('berth deploy --app hello') });
    });
  });

  describe('usage and costs', () => {
    const interval = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', countedUntil: at };
    const group = { environmentId: null, appId: idOf(30), processType: null };
    const amounts = {
      millicoreSeconds: '1234567',
      byteSeconds: '1073741824000',
      storageByteSeconds: '5368709120000',
      buildMillicoreSeconds: '42000',
      egressBytes: '98765',
      domainSeconds: '7200',
      instanceSeconds: '7200',
      used: { millicoreSeconds: '123456', byteSeconds: '536870912000', instanceSeconds: '7199' },
    };
    const usage = {
      ...{ ...interval, waitingWorkloads: 0, notMetered: [] as object[], next: null },
      ...{ items: [{ ...group, ...amounts }], total: amounts },
    };

    it('shows whole core-seconds and byte-seconds by name', async () => {
      platform.on('GET /v1/usage', usage);
      const { stdout, stderr } = await terminal.berth(['usage']);
      expect(stdout).toContain('2026-11-01 00:00:00 to 2026-11-21 10:00:00 (UTC)');
      expect(stdout).toMatch(/shop\/hello +1 234 +1 000 +1 073 741 824 000 +5 000 +42 +98 765 +2 +123 +500 +99 %\n/);
      expect(stdout).toMatch(/total +1 234 +1 000 /);
      expect(stderr).toBe('');
    });

    it('shows nothing of what nobody measured', async () => {
      platform.on('GET /v1/usage', { ...usage, items: [], total: { ...amounts, used: null } });
      expect((await terminal.berth(['usage'])).stdout).toMatch(/total .* 42 +98 765 +2 +- +- +-\n/);
    });

    it('says what nobody metered, and where', async () => {
      const notMetered = [{ metric: 'egress', clusters: ['berlin', 'paris'] }];
      platform.on('GET /v1/usage', { ...usage, notMetered });
      expect((await terminal.berth(['usage'])).stdout).toMatch(
        /total .*\n\negress: not metered on Kubernetes \(berlin, paris\)\n$/,
      );
      const answer = JSON.parse((await terminal.berth(['usage', '--json'])).stdout) as object;
      expect(answer).toMatchObject({ notMetered });
      platform.on('GET /v1/usage', usage);
      expect((await terminal.berth(['usage'])).stdout).not.toContain('not metered');
    });

    it('asks for the organization as a whole unless something is named', async () => {
      platform.on('GET /v1/usage', usage);
      await terminal.berth(['usage', '--period', '2026-11']);
      await terminal.berth(['usage', '--by', 'environment', '--app', 'hello', '--env', 'staging']);
      const [whole, part] = platform.to('GET /v1/usage').map((each) => Object.fromEntries(each.query));
      expect(whole).toEqual({ organization: idOf(1), by: 'app', limit: '200', period: '2026-11' });
      expect(part).toEqual({
        ...{ organization: idOf(1), by: 'environment', limit: '200' },
        ...{ project: idOf(10), environment: idOf(20), app: idOf(30) },
      });
    });

    it('reads to the last page and answers all lines as JSON', async () => {
      platform.on('GET /v1/usage', ({ query }, response) =>
        json(response, { ...usage, next: query.get('cursor') ? null : 'c' }),
      );
      const answer = JSON.parse((await terminal.berth(['usage', '--json'])).stdout) as typeof usage;
      expect(answer.items).toHaveLength(2);
      expect(answer.total).toEqual(amounts);
    });

    it('warns when events are still on their way', async () => {
      platform.on('GET /v1/usage', { ...usage, waitingWorkloads: 2 });
      expect((await terminal.berth(['usage'])).stderr).toContain('2 workloads are not counted to the end yet');
    });

    it('shows a month in pieces, a past one to its end', async () => {
      const items = [{ from: '2026-10-31T04:00:00.000Z', to: '2026-11-01T04:00:00.000Z', ...amounts }];
      const notMetered = [{ metric: 'egress', clusters: ['berlin'] }];
      platform.on('GET /v1/usage/series', { timeZone: 'America/New_York', notMetered, items });
      const { stdout } = await terminal.berth(['usage', '--per', 'day', '--period', '2025-11', '--env', 'staging']);
      expect(stdout).toContain('Per day of America/New_York');
      expect(stdout).toMatch(
        /2026-10-31 04:00:00 +1 234 +1 000 +1 073 741 824 000 +5 000 +42 +98 765 +2 +123 +500 +99 %\n/,
      );
      const [asked] = platform.to('GET /v1/usage/series').map((each) => Object.fromEntries(each.query));
      const ids = { organization: idOf(1), project: idOf(10), environment: idOf(20) };
      expect(asked).toEqual({ ...ids, period: '2025-11', per: 'day' });
      expect(stdout).toMatch(/\n\negress: not metered on Kubernetes \(berlin\)\n$/);
    });

    it('names projects where lines are told apart by them', async () => {
      const lines = [idOf(10), idOf(99)].map((projectId) => ({
        ...{ ...amounts, used: null, projectId, environmentId: null, appId: null, processType: null, label: null },
      }));
      platform.on('GET /v1/usage', { ...usage, items: lines });
      const { stdout } = await terminal.berth(['usage', '--by', 'project']);
      expect(stdout).toMatch(/^shop +1 234/m);
      // One that has been deleted since.
      expect(stdout).toMatch(new RegExp(`^${idOf(99)} +1 234`, 'm'));
      expect(platform.to('GET /v1/usage')[0]?.query.get('by')).toBe('project');
    });

    it('asks for what a label or a process type names, in pieces, too', async () => {
      platform.on('GET /v1/usage', usage);
      platform.on('GET /v1/usage/series', { timeZone: 'UTC', notMetered: [], items: [] });
      const named = ['--label', 'team=shop', '--process', 'worker'];
      await terminal.berth(['usage', ...named]);
      await terminal.berth(['usage', '--per', 'hour', ...named]);
      const part = { organization: idOf(1), labelKey: 'team', labelValue: 'shop', process: 'worker' };
      const [whole, pieces] = ['GET /v1/usage', 'GET /v1/usage/series'].map((route) => platform.to(route)[0]?.query);
      expect(Object.fromEntries(whole!)).toEqual({ ...part, by: 'app', limit: '200' });
      expect(Object.fromEntries(pieces!)).toEqual({ ...part, per: 'hour' });
    });

    it('shows what ran at a moment, and what that hour used and cost', async () => {
      const hour = { from: '2026-11-10T12:00:00.000Z', to: '2026-11-10T13:00:00.000Z', ...amounts };
      const size = { instances: 2, cpuMillicores: 250, memoryMib: 256 };
      const place = { projectId: idOf(10), environmentId: idOf(20), appId: idOf(30), workloadId: idOf(40) };
      const items = [
        { ...place, ...size, cluster: 'local', release: 7, processType: 'web', since: hour.from, until: null },
      ];
      platform.on('GET /v1/usage/running', { at: '2026-11-10T12:30:00.000Z', hour, items, next: null });
      const total = { ...interval, waitingWorkloads: 0, currency: 'EUR', priceBook: 'default', next: null };
      platform.on('GET /v1/costs', { ...total, items: [], total: '0.05' });
      const { stdout } = await terminal.berth(['usage', '--at', '2026-11-10T13:30+01:00', '--env', 'staging']);
      expect(stdout).toMatch(/shop\/hello shop\/staging web +v7 +2 +250 +256 +2026-11-10 12:00:00 +-\n/);
      expect(stdout).toContain('12:00:00 to 2026-11-10 13:00:00: 1 234 core-seconds, 1 000 GiB-seconds, 0.05 EUR');
      const [asked] = platform.to('GET /v1/usage/running').map((each) => Object.fromEntries(each.query));
      expect(asked).toMatchObject({ at: '2026-11-10T12:30:00.000Z', environment: idOf(20) });
      const [charged] = platform.to('GET /v1/costs').map((each) => Object.fromEntries(each.query));
      expect(charged).toMatchObject({ from: hour.from, to: hour.to, by: 'none', environment: idOf(20) });
    });

    it('shows what was unusual, over all pages, and what was made of it', async () => {
      const [early, late] = ['2026-11-10T12:00:00.000Z', '2026-11-10T12:30:00.000Z'];
      const kinds = {
        told_late: { effectiveAt: early, toldAt: late },
        history_missing: { afterEpoch: 0, afterVersion: 3 },
        effective_before_former: { effectiveAt: early, countedFrom: late },
      };
      const items = Object.entries(kinds).map(([kind, detail]) => ({ workloadId: idOf(40), version: 7, kind, detail }));
      platform.on('GET /v1/usage/anomalies', ({ query }, response) =>
        json(response, query.get('cursor') ? { items: items.slice(1), next: null } : { items: [items[0]], next: 'c' }),
      );
      const { stdout } = await terminal.berth(['usage', 'anomalies']);
      expect(stdout).toMatch(/ 7 +took effect at 2026-11-10 12:00:00, was told at 2026-11-10 12:30:00: a repair\n/);
      expect(stdout).toMatch(/ 7 +what came after version 3 was never told; that one counts until here\n/);
      expect(stdout).toMatch(
        /told to be of 2026-11-10 12:00:00, counts from the change before it: 2026-11-10 12:30:00\n/,
      );
      expect(JSON.parse((await terminal.berth(['usage', 'anomalies', '--json'])).stdout)).toEqual(items);
    });

    it('shows costs with currency and price book', async () => {
      const costs = {
        ...{ ...interval, waitingWorkloads: 2, currency: 'EUR', priceBook: 'default', next: null, total: '12.34' },
        notMetered: [{ metric: 'egress', clusters: ['berlin'] }],
        items: [
          {
            ...group,
            cpu: '10.0000000001',
            memory: '2.3400000000',
            storage: '0.0500000000',
            build: '0.0100000000',
            egress: '0.0200000000',
            domain: '0.0300000000',
            total: '12.4400000001',
          },
        ],
      };
      platform.on('GET /v1/costs', costs);
      const { stdout, stderr } = await terminal.berth(['costs', '--period', '2026-11']);
      expect(stdout).toContain('price book default');
      expect(stdout).toMatch(
        /shop\/hello +10\.0000000001 +2\.3400000000 +0\.0500000000 +0\.0100000000 +0\.0200000000 +0\.0300000000 +12\.4400000001\n/,
      );
      expect(stdout).toMatch(/total +- +- +- +- +- +- +12\.34 EUR\n\negress: not metered on Kubernetes \(berlin\)\n$/);
      expect(stderr).toContain('2 workloads are not counted to the end yet');
    });

    it.each([
      [['--period', '2026-13']],
      [['--period', 'november']],
      [['--by', 'colour']],
      [['--at', 'noon']],
      [['--at', '2026-11-10T12:00Z', '--per', 'day']],
      [['--at', '2026-11-10T12:00Z', '--label', 'team=shop']],
      [['--at', '2026-11-10T12:00Z', '--by', 'app']],
      [['--per', 'day', '--by', 'app']],
      [['--per', 'day', '--label', 'team']],
    ])('refuses %j', async (argv) => {
      expect(await terminal.berth(['usage', ...argv])).toMatchObject({ code: 2 });
      expect(platform.to('GET /v1/usage')).toHaveLength(0);
    });
  });
});
