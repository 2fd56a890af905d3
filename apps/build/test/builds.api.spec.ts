import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildLogPage, BuildPage } from '@berth/contracts/build';
import type { BuildUsage } from '@berth/contracts/events';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBlob } from '../src/index.js';
import { temporaryFolder } from './support/folders.js';
import { isRunning } from './support/host.js';
import { type Deployment, Platform } from './support/platform.js';
import { Repository } from './support/repository.js';

let platform: Platform;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  platform = await Platform.start();
});
afterAll(() => platform.close());

const app = { 'package.json': '{"scripts":{"start":"node server.js"}}', 'server.js': 'require("http")' };
const withBuild = (script: string): Record<string, string> => ({
  ...app,
  'package.json': JSON.stringify({ scripts: { start: 'node server.js', build: script } }),
});
const repository = (files: Readonly<Record<string, string>> = app): Promise<Repository> =>
  Repository.create(folder, files);
/** Keeps a processor busy for a fifth of a second. */
const busy = 'node -e "while (process.cpuUsage().user < 200000) for (let step = 0; step < 1e5; step++);"';
/** A file that builds wait for. */
const gateIn = (place: string) => {
  const gate = join(place, `gate-${randomUUID()}`);
  return { gate, open: () => writeFile(gate, '') };
};
/** Prints its own pid, then hangs. */
const hanging = withBuild(`node -e "console.log('pid ' + process.pid); setInterval(() => {}, 1000)"`);
const pidIn = async (deployment: Deployment): Promise<number> =>
  eventually(async () => {
    const line = (await platform.log(deployment)).find((each) => each.startsWith('pid '));
    if (!line) throw new Error('the build has not said its pid yet');
    return Number(line.slice(4));
  });

describe('a build', () => {
  it('goes from a deployment that asked for it to an artifact, and says so at each end', async () => {
    const { url } = await repository();
    const deployment = await platform.request({ url });
    const found = await platform.ended(deployment);
    const { buildId, deploymentId, workloadId, organizationId } = deployment;
    expect(found).toMatchObject({
      id: buildId,
      status: 'succeeded',
      language: 'node',
      processes: [{ name: 'web', command: 'node server.js' }],
      artifact: { kind: 'slug', digest: expect.stringMatching(/^sha256:/) },
      reused: false,
      failure: null,
      commitSubject: 'first',
    });
    const started = await platform.event(deployment, 'build.started');
    const succeeded = await platform.event(deployment, 'build.succeeded');
    expect(started.data).toEqual({ buildId, deploymentId, workloadId });
    expect(succeeded).toMatchObject({
      organizationid: organizationId,
      aggregateversion: 2,
      data: {
        buildId,
        deploymentId,
        workloadId,
        commit: found.commit,
        artifact: found.artifact,
        reused: false,
        processes: found.processes,
      },
    });
    const blob = await openBlob(join(platform.folder, 'store'), found.artifact?.digest ?? '');
    blob.destroy();
    expect(await readdir(join(platform.folder, 'data/work'))).toEqual([]);
  });

  it('states the processor time that it took, and none when it took an artifact that was there', async () => {
    const { url } = await repository(withBuild(busy));
    const first = await platform.request({ url });
    const { startedAt, finishedAt } = await platform.ended(first);
    const { organizationId, projectId, environmentId, appId } = first;
    const { usage } = (await platform.event(first, 'build.succeeded')).data as { usage: BuildUsage };
    expect(usage).toMatchObject({ organizationId, projectId, environmentId, appId, startedAt, finishedAt });
    expect(usage.cpuMilliseconds).toBeGreaterThanOrEqual(150);
    const second = await platform.request({ url, like: first });
    await platform.ended(second);
    expect((await platform.event(second, 'build.succeeded')).data).not.toHaveProperty('usage');
  });

  it('states it when it failed, too, and as far as it was measured when it was cancelled', async () => {
    const failing = await platform.request({ url: (await repository(withBuild(`${busy} && false`))).url });
    await platform.ended(failing);
    const failed = (await platform.event(failing, 'build.failed')).data as { usage: BuildUsage };
    expect(failed.usage.cpuMilliseconds).toBeGreaterThanOrEqual(150);
    const endless = await platform.request({ url: (await repository(withBuild('node -e "for (;;);"'))).url });
    const sql = 'select from build where id = $1 and cpu_milliseconds >= 1000';
    const isMeasured = async () =>
      expect(await platform.service.database.query(sql, [endless.buildId])).toHaveLength(1);
    await eventually(isMeasured, { within: 120_000 });
    await platform.cancel(endless);
    const { usage } = (await platform.event(endless, 'build.cancelled')).data as { usage: BuildUsage };
    expect(usage.cpuMilliseconds).toBeGreaterThanOrEqual(1_000);
  }, 600_000);

  it('is not done twice when the same event comes twice', async () => {
    const { url } = await repository();
    const deployment = await platform.request({ url });
    await platform.repeat();
    await platform.ended(deployment);
    await platform.repeat();
    const later = await platform.request({ url, like: deployment });
    await platform.ended(later);
    await platform.event(later, 'build.succeeded');
    expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.succeeded']);
  });

  it('of the same inputs reuses the artifact and still says that it succeeded', async () => {
    const { url } = await repository(withBuild('node -e "console.log(1)"'));
    const first = await platform.request({ url });
    const one = await platform.ended(first);
    const second = await platform.request({ url, like: first });
    const two = await platform.ended(second);
    expect(two).toMatchObject({
      status: 'succeeded',
      reused: true,
      artifact: one.artifact,
      processes: one.processes,
      language: 'node',
    });
    expect((await platform.event(second, 'build.succeeded')).data).toMatchObject({
      reused: true,
      artifact: one.artifact,
    });
    expect((await platform.log(second)).join('\n')).toContain('reused');
  });

  it('builds anew for another variable, another app, and an artifact whose blob is gone', async () => {
    const { url } = await repository();
    const first = await platform.request({ url });
    const one = await platform.ended(first);
    const variable = await platform.ended(
      await platform.request({ url, like: first, settings: { variables: { A: '1' } } }),
    );
    expect(variable.reused).toBe(false);
    expect((await platform.ended(await platform.request({ url }))).reused).toBe(false);
    const hex = one.artifact?.digest.slice('sha256:'.length) ?? '';
    await rm(join(platform.folder, 'store/blobs/sha256', hex.slice(0, 2), hex));
    const again = await platform.ended(await platform.request({ url, like: first }));
    expect(again).toMatchObject({ reused: false, artifact: one.artifact });
  });

  it('builds the root folder that the app names', async () => {
    const { url } = await repository({
      'README.md': 'x',
      'apps/web/package.json': app['package.json'],
      'apps/web/server.js': '',
    });
    const found = await platform.ended(await platform.request({ url, settings: { rootFolder: 'apps/web' } }));
    expect(found.status).toBe('succeeded');
    for (const rootFolder of ['gone', '../..', 'README.md', '/etc']) {
      const failed = await platform.ended(await platform.request({ url, settings: { rootFolder } }));
      expect(failed.failure?.cause).toBe('detect_failed');
    }
  });
});

describe('a build that fails', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a command that fails', withBuild('echo "Error: no such module"; exit 2'), 'build_failed'],
    ['a source of no known kind', { 'README.md': 'x' }, 'detect_failed'],
    ['a hostile Procfile', { Procfile: '../web: x' }, 'detect_failed'],
    ['a full disk', withBuild('echo "ENOSPC: no space left on device" >&2; exit 1'), 'storage_full'],
    [
      'a toolchain that the host has not',
      { 'package.json': '{"packageManager":"pnpm@10.0.0","dependencies":{"a":"1"},"scripts":{"start":"x"}}' },
      'toolchain_missing',
    ],
  ])('for %s carries cause, evidence and the next step', async (_, files, cause) => {
    const { url } = await repository(files);
    const deployment = await platform.request({ url });
    const found = await platform.ended(deployment);
    expect(found).toMatchObject({ status: 'failed', artifact: null, failure: { cause } });
    expect(found.failure?.message).not.toBe('');
    expect(found.failure?.nextStep).not.toBe('');
    expect(found.failure?.evidence.length).toBeGreaterThan(0);
    expect((await platform.event(deployment, 'build.failed')).data['failure']).toEqual(found.failure);
    expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.failed']);
    expect(await platform.log(deployment)).toContain(found.failure?.message);
  });

  it.each([
    ['/nonexistent/repository', 'source_not_found'],
    ['ext::sh -c "touch /tmp/berth-pwned"', 'source_denied'],
    ['https://169.254.169.254/latest', 'source_denied'],
    ['https://localhost/a.git', 'source_denied'],
  ])('for the source %s', async (url, cause) => {
    const found = await platform.ended(await platform.request({ url }));
    expect(found.failure?.cause).toBe(cause);
    expect(existsSync('/tmp/berth-pwned')).toBe(false);
  });
});

describe('ending a build', () => {
  it.each(['cancel', 'supersede', 'fail'] as const)(
    'when its deployment says %s leaves no process behind',
    async (how) => {
      const { url } = await repository(hanging);
      const deployment = await platform.request({ url });
      const pid = await pidIn(deployment);
      await platform[how](deployment);
      expect(await platform.ended(deployment)).toMatchObject({ status: 'cancelled', failure: null });
      await eventually(() => expect(isRunning(pid)).toBe(false));
      await platform.event(deployment, 'build.cancelled');
      expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.cancelled']);
      await eventually(async () => expect(await readdir(join(platform.folder, 'data/work'))).toEqual([]));
    },
  );

  it('that has ended already changes nothing', async () => {
    const { url } = await repository();
    const deployment = await platform.request({ url });
    await platform.ended(deployment);
    await platform.cancel(deployment);
    const marker = await platform.request({ url, like: deployment });
    await platform.ended(marker);
    expect((await platform.ended(deployment)).status).toBe('succeeded');
  });

  it('by its deadline says timeout, shows what it printed last, and leaves no process behind', async () => {
    const { url } = await repository(hanging);
    const deployment = await platform.request({ url });
    const pid = await pidIn(deployment);
    // It passes once there is something to show, however slow the machine is.
    await platform.service.database.query('update work_deadline set at = now(), due_at = now() where key = $1', [
      deployment.buildId,
    ]);
    const found = await platform.ended(deployment);
    expect(found).toMatchObject({
      status: 'failed',
      failure: { cause: 'timeout', evidence: expect.arrayContaining([`pid ${pid}`]) },
    });
    await eventually(() => expect(isRunning(pid)).toBe(false));
    await platform.event(deployment, 'build.failed');
    expect(platform.typesOf(deployment)).toEqual(['build.started', 'build.failed']);
  });
});

describe('many builds', () => {
  it('run at most as many at once as configured, and in turns between organizations', async () => {
    const { gate, open } = gateIn(folder);
    const { url } = await repository(withBuild(`until [ -e ${gate} ]; do sleep 0.05; done`));
    const ids: Deployment[] = [];
    const first = await platform.request({ url });
    for (let index = 0; index < 5; index += 1)
      ids.push(await platform.request({ url, like: first, settings: { variables: { INDEX: String(index) } } }));
    const late = await platform.request({ url });
    const underWay = async () => {
      const [row] = await platform.service.database.query<{ running: number; open: number }>(
        `select count(*) filter (where status <> 'queued')::int as running, count(*)::int as open from build
          where finished_at is null`,
      );
      return row!;
    };
    await eventually(async () => expect(await underWay()).toEqual({ running: 2, open: 7 }), { within: 60_000 });
    await open();
    let most = 2;
    await eventually(
      async () => {
        const row = await underWay();
        most = Math.max(most, row.running);
        expect(row.open).toBe(0);
      },
      { within: 120_000, every: 10 },
    );
    expect(most).toBe(2);
    const begun = async (each: Deployment) => Date.parse((await platform.ended(each)).startedAt ?? '');
    expect((await Promise.all([...ids, late].map((each) => platform.ended(each)))).map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => 'succeeded'),
    );
    expect(await begun(late)).toBeLessThan(await begun(ids[4] ?? late));
  }, 600_000);
});

describe('reading builds', () => {
  it('lists those of a workload, the newest first, page by page', async () => {
    const { url } = await repository();
    const first = await platform.request({ url });
    const second = await platform.request({ url, like: first });
    const third = await platform.request({ url, like: first });
    await platform.ended(third);
    const token = await platform.tokenFor(first);
    const path = `/v1/builds?workload=${first.workloadId}&limit=2`;
    const page = await platform.get<BuildPage>(path, token);
    expect(page.items.map(({ id }) => id)).toEqual([third.buildId, second.buildId]);
    const last = await platform.get<BuildPage>(`${path}&cursor=${page.next}`, token);
    expect(last.items.map(({ id }) => id)).toEqual([first.buildId]);
    expect(last.next).toBeNull();
    const foreign = Buffer.from('"5"').toString('base64url');
    for (const cursor of ['nonsense', foreign]) {
      const refused = await platform.fetch(`${path}&cursor=${cursor}`, token);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ code: 'cursor_invalid', errors: [{ pointer: '?cursor' }] });
    }
  });

  it('answers an empty list for a workload that never had a build', async () => {
    const token = await platform.tokenFor({ organizationId: randomUUID() });
    const path = `/v1/builds?workload=${randomUUID()}`;
    expect(await platform.get<BuildPage>(path, token)).toEqual({ items: [], next: null });
  });

  it('is for those alone who have a role there', async () => {
    const { url } = await repository();
    const deployment = await platform.request({ url });
    await platform.ended(deployment);
    const stranger = await platform.tokenFor({ organizationId: '01890000-0000-7000-8000-00000000beef' });
    for (const path of ['', '/logs']) {
      const foreign = await platform.fetch(`/v1/builds/${deployment.buildId}${path}`, stranger);
      expect(foreign.status).toBe(404);
      expect((await platform.fetch(`/v1/builds/${deployment.buildId}${path}`, 'nonsense')).status).toBe(401);
    }
    const list = `/v1/builds?workload=${deployment.workloadId}`;
    expect(await platform.get<BuildPage>(list, stranger)).toEqual({ items: [], next: null });
    expect((await platform.get<BuildPage>(list, await platform.tokenFor(deployment))).items).toHaveLength(1);
    expect((await platform.fetch('/v1/builds/not-an-id', stranger)).status).toBe(422);
    expect((await platform.fetch('/v1/builds', stranger)).status).toBe(422);
  });

  it('never shows credentials of a URL or values of variables', async () => {
    const canary = 'canary-8f3k2l9d';
    const { url } = await repository(
      withBuild(
        'node -e "console.log(process.env.TOKEN, Buffer.from(process.env.TOKEN).toString(`base64`), encodeURIComponent(process.env.TOKEN)); process.exit(1)"',
      ),
    );
    const failing = await platform.request({ url, settings: { variables: { TOKEN: canary } } });
    const denied = await platform.request({ url: `https://me:${canary}@169.254.169.254/a.git` });
    const builds = [await platform.ended(failing), await platform.ended(denied)];
    const logs = [...(await platform.log(failing)), ...(await platform.log(denied))];
    await platform.event(denied, 'build.failed');
    const seen = JSON.stringify([builds, logs, platform.events]);
    expect(logs.join()).toContain('[secret]');
    for (const form of [canary, Buffer.from(canary).toString('base64')]) expect(seen.includes(form)).toBe(false);
  });
});

describe('the log of a build', () => {
  it('is read in pages, by number', async () => {
    const { url } = await repository(withBuild('seq 1 50'));
    const deployment = await platform.request({ url });
    await platform.ended(deployment);
    const token = await platform.tokenFor(deployment);
    const read: number[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const page: BuildLogPage = await platform.get(
        `/v1/builds/${deployment.buildId}/logs?limit=7&after=${after}`,
        token,
      );
      read.push(...page.items.map(({ sequence }) => sequence));
      after = page.next;
    }
    expect(read).toEqual(Array.from({ length: read.length }, (_, index) => index + 1));
    expect(read.length).toBeGreaterThan(50);
    const beyond = (number: number) => `/v1/builds/${deployment.buildId}/logs?after=${number}`;
    expect(await platform.get<BuildLogPage>(beyond(2_147_483_647), token)).toEqual({ items: [], next: null });
    expect((await platform.fetch(beyond(2_147_483_648), token)).status).toBe(422);
  });

  it('is followed while it is written, resumed where it was left, and ends with the build', async () => {
    const { gate, open } = gateIn(folder);
    const tick = `console.log('tick ' + ++i); if (require('fs').existsSync('${gate}')) { console.log('enough'); clearInterval(t); }`;
    const { url } = await repository(withBuild(`node -e "let i = 0; const t = setInterval(() => { ${tick} }, 100)"`));
    const deployment = await platform.request({ url });
    await platform.status(deployment, 'building');
    const token = await platform.tokenFor(deployment);
    const path = `/v1/builds/${deployment.buildId}/logs`;
    const accept = { accept: 'text/event-stream' };
    const first = await platform.fetch(path, token, { headers: accept });
    expect(first.headers.get('content-type')).toBe('text/event-stream');
    const seen = await readUntil(first, /tick 2/);
    await open();
    const last = Math.max(...[...seen.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1])));
    const resumed = await platform.fetch(path, token, { headers: { ...accept, 'last-event-id': String(last) } });
    const rest = await readUntil(resumed, /event: end/);
    const ids = [...(seen + rest).matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1));
    expect(seen + rest).toMatch(/enough/);
    expect(rest).toContain('event: end\ndata: {"status":"succeeded"}');
    expect((await platform.ended(deployment)).status).toBe('succeeded');
  });
});

/** Reads a stream until its text matches, and leaves it. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    // Whole events only: what was cut off comes again.
    if (pattern.test(text) && text.endsWith('\n\n')) break;
  }
  return text;
}

it('shows every route in OpenAPI', async () => {
  const document = (await (await fetch(`${platform.service.url}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/v1/builds', '/v1/builds/{id}', '/v1/builds/{id}/logs', '/v1/uploads']),
  );
});
