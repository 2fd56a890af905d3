import type { Deployment, Release } from '@berth/contracts/deployment';
import type { AuditEntry } from '@berth/contracts/events';
import { type ObservedInstance, serves } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask, steadyLoad } from '../support/app-http.js';
import { CommandLine } from '../support/command-line.js';
import { mailTo } from '../support/mail.js';
import type { Platform, StartPlatform } from '../support/platform.js';
import { Repository, webApp } from '../support/repository.js';
import { everythingStored } from '../support/stored.js';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery staple';
const SECRET = 'canary-9f2c41d7-secret-value';

/** What a repository holds whose app answers this, and the environment at `/env`, after `behaviour`, and has a worker. */
type AppOf = (answer: string, behaviour?: string) => Record<string, string>;

/** What a newcomer does in an afternoon, through the command line and real HTTP, on either composition of the platform. */
export function journeySuite(start: StartPlatform, app: AppOf = webApp): void {
  jest.setTimeout(300_000);

  let berth: Platform;
  let ada: CommandLine;
  let repository: Repository;
  let url: string;

  const deployments = () => ada.json<Deployment[]>(['deployments', 'list', '--env', 'staging']);
  const releases = () => ada.json<Release[]>(['releases', 'list', '--env', 'staging']);
  const environmentOf = async (appUrl: string) =>
    JSON.parse((await ask(appUrl, '/env')).body) as Record<string, string>;

  beforeAll(async () => {
    berth = await start();
    ada = await CommandLine.at(berth.url);
    repository = await Repository.make(app('one'));
  });
  afterAll(() => berth.stopAndRemove());

  describe('1. a newcomer', () => {
    it('registers, verifies by mail and logs in', async () => {
      await ada.run(['register', '--email', EMAIL, '--password-stdin'], PASSWORD);
      expect((await ada.try(['login', '--email', EMAIL, '--password-stdin'], PASSWORD)).code).not.toBe(0);
      const code = /Code: (\S+)/.exec(await mailTo(berth.folder, EMAIL))?.[1] ?? '';
      await ada.run(['verify', code]);
      await ada.run(['login', '--email', EMAIL, '--password-stdin'], PASSWORD);
      expect((await ada.run(['whoami'])).out).toContain(EMAIL);
    });

    it('makes an organization, a project, two environments and an app from a Git URL', async () => {
      await ada.run(['orgs', 'create', 'acme']);
      await ada.run(['projects', 'create', 'shop']);
      await ada.run(['envs', 'create', 'staging']);
      await ada.run(['envs', 'create', 'production']);
      await ada.run(['apps', 'create', 'web', '--git', repository.url]);
      expect(JSON.stringify(await ada.json(['apps', 'list']))).toContain(repository.url);
    });

    it('is told in a sentence and a code what is wrong', async () => {
      expect((await ada.try(['orgs', 'create', 'Not A Slug'])).code).toBe(6);
      expect((await ada.try(['orgs', 'create', 'acme'])).code).toBe(5);
      expect((await ada.try(['nonsense'])).code).toBe(2);
      expect((await (await CommandLine.at(berth.url)).try(['whoami'])).code).toBe(3);
      expect(
        (
          await (
            await CommandLine.at('http://127.0.0.1:1')
          ).try(['login', '--email', EMAIL, '--password-stdin'], PASSWORD)
        ).code,
      ).toBe(9);
    });
  });

  describe('2. deploy --wait', () => {
    it('shows progress, ends with the URL, and the URL answers', async () => {
      await ada.run(['secrets', 'set', 'TOKEN', '--env', 'staging'], 'of the first release');
      const { out, error } = await ada.run(['deploy', '--env', 'staging', '--wait']);
      url = out.trim();
      expect(url).toMatch(/^http:\/\/web-staging-[0-9a-f]{6}\.localhost:\d+$/);
      for (const phase of [/clon/i, /detect/i, /build/i, /prepar/i, /roll/i, /verif/i]) expect(error).toMatch(phase);
      expect((await ask(url)).body).toBe('one');
      expect(await environmentOf(url)).toMatchObject({ TOKEN: 'of the first release' });
    });
  });

  describe('3. deploy again', () => {
    it('of the same commit reuses the artifact', async () => {
      await ada.run(['deploy', '--env', 'staging', '--wait']);
      expect((await deployments())[0]).toMatchObject({ status: 'live', artifactReused: true });
    });

    it('of a new commit loses no request of 50 a second', async () => {
      const load = steadyLoad(url, 50);
      await repository.commit(app('two'));
      await ada.run(['deploy', '--env', 'staging', '--wait']);
      const { sent, failures } = await load.stop();
      expect(failures).toEqual([]);
      expect(sent).toBeGreaterThan(20);
      expect((await ask(url)).body).toBe('two');
    });
  });

  describe('4. a commit that crashes at start', () => {
    it('fails with its cause and a next step, and no request is lost to the release before', async () => {
      const load = steadyLoad(url, 50);
      await repository.commit(app('never seen', "throw new Error('boom at start');"));
      const { code, error } = await ada.try(['deploy', '--env', 'staging', '--wait']);
      expect(code).toBe(7);
      const [deployment] = await deployments();
      expect(deployment).toMatchObject({ status: 'failed', failure: { cause: 'start_failed' } });
      for (const said of ['start_failed', 'boom at start', deployment?.failure?.nextStep])
        expect(error).toContain(said);
      expect((await load.stop()).failures).toEqual([]);
      expect((await ask(url)).body).toBe('two');
    });
  });

  describe('5. scale', () => {
    const instances = async () => (await ada.json<ObservedInstance[]>(['ps', '--env', 'staging'])).filter(serves);

    it('web 1 -> 4: requests reach all instances, and top shows each', async () => {
      await ada.run(['ps', 'scale', 'web=4', '--env', 'staging']);
      await eventually(async () => expect(await instances()).toHaveLength(4), { within: 60_000 });
      const answered = new Set<string>();
      await eventually(async () => {
        answered.add((await ask(url)).instance);
        expect(answered.size).toBe(4);
      });
      const top = JSON.stringify(await ada.json(['top', '--env', 'staging']));
      for (const instance of answered) expect(top).toContain(instance);
    });

    it('web 4 -> 2 and worker 0 -> 1, without a lost request', async () => {
      const load = steadyLoad(url, 50);
      await ada.run(['ps', 'scale', 'web=2', 'worker=1', '--env', 'staging']);
      await eventually(
        async () =>
          expect((await instances()).map((each) => each.processType).sort()).toEqual(['web', 'web', 'worker']),
        { within: 60_000 },
      );
      expect((await load.stop()).failures).toEqual([]);
      const logs = () => ada.run(['logs', '--process', 'worker', '--env', 'staging']);
      await eventually(async () => expect((await logs()).out).toContain('working'));
    });
  });

  describe('6. config and secrets', () => {
    it('make releases, and the app sees them', async () => {
      const before = (await releases()).length;
      await ada.run(['config', 'set', 'GREETING=hello', '--env', 'staging', '--wait']);
      await ada.run(['secrets', 'set', 'API_TOKEN', '--env', 'staging', '--wait'], SECRET);
      expect(await environmentOf(url)).toMatchObject({ GREETING: 'hello', API_TOKEN: SECRET });
      expect((await releases()).length).toBe(before + 2);
    });

    it('are shown by name; the value of a secret appears nowhere', async () => {
      const shown = [
        await ada.run(['secrets', 'list', '--env', 'staging']),
        await ada.run(['config', 'list', '--env', 'staging']),
        await ada.run(['deployments', 'list', '--json', '--env', 'staging']),
        await ada.run(['releases', 'list', '--json', '--env', 'staging']),
        await ada.run(['ps', '--json', '--env', 'staging']),
      ];
      expect(shown[0]?.out).toContain('API_TOKEN');
      const rows = await everythingStored(berth);
      expect(rows).toContain('API_TOKEN');
      const haystack = [...shown.map(({ out, error }) => out + error), berth.everything, rows].join('\n');
      for (const form of [
        SECRET,
        Buffer.from(SECRET).toString('base64'),
        encodeURIComponent(SECRET),
        Buffer.from(SECRET).toString('hex'),
      ]) {
        expect(haystack).not.toContain(form);
      }
    });
  });

  describe('7. rollback', () => {
    it('to v1 restores artifact, config with its secrets, and sizes, as a new release; counts stay', async () => {
      await ada.run(['ps', 'scale', 'web', '--memory', '300Mi', '--env', 'staging', '--wait']);
      await ada.run(['secrets', 'set', 'TOKEN', '--env', 'staging', '--wait'], 'of a later one');
      expect(await environmentOf(url)).toMatchObject({ TOKEN: 'of a later one', GREETING: 'hello' });
      const before = await releases();
      await ada.run(['rollback', 'v1', '--env', 'staging', '--wait']);
      expect((await ask(url)).body).toBe('one');
      const restored = await environmentOf(url);
      expect(restored).toMatchObject({ TOKEN: 'of the first release' });
      for (const later of ['GREETING', 'API_TOKEN']) expect(restored).not.toHaveProperty(later);
      const [newest, ...older] = await releases();
      const first = older.find((release) => release.number === 1);
      expect(older).toHaveLength(before.length);
      expect(newest).toMatchObject({
        hash: first?.hash,
        artifact: first?.artifact,
        configVersion: first?.configVersion,
        processes: first?.processes,
      });
      const items = await ada.json<ObservedInstance[]>(['ps', '--env', 'staging']);
      expect(items.filter((each) => each.processType === 'web' && serves(each))).toHaveLength(2);
    });
  });

  describe('8. promote', () => {
    it("takes staging's artifact to production with production's own config", async () => {
      await ada.run(['config', 'set', 'GREETING=from staging', '--env', 'staging', '--wait']);
      await ada.run(['config', 'set', 'GREETING=from production', '--env', 'production']);
      const { out } = await ada.run(['promote', '--from', 'staging', '--to', 'production', '--wait']);
      const production = out.trim();
      expect(production).not.toBe(url);
      expect((await ask(production)).body).toBe('one');
      const promoted = await environmentOf(production);
      expect(promoted).toMatchObject({ GREETING: 'from production' });
      expect(promoted).not.toHaveProperty('TOKEN');
      await ada.run(['config', 'set', 'GREETING=changed there', '--env', 'production', '--wait']);
      expect(await environmentOf(production)).toMatchObject({ GREETING: 'changed there' });
      expect(await environmentOf(url)).toMatchObject({ GREETING: 'from staging', TOKEN: 'of the first release' });
      const digest = async (env: string) =>
        (await ada.json<Release[]>(['releases', 'list', '--env', env]))[0]?.artifact.digest;
      expect(await digest('production')).toBe(await digest('staging'));
    });
  });

  describe('audit list', () => {
    it('has what somebody did, whichever service it was done in', async () => {
      await ada.run(['budgets', 'create', 'all of it', '250']);
      const { id: me } = await ada.json<{ id: string }>(['whoami']);
      // What the services recorded comes to the trail in its own time.
      await eventually(async () => {
        const entries = await ada.json<AuditEntry[]>(['audit', 'list', '--actor', me, '--limit', '200']);
        const done = entries.map(({ service, action }) => `${service} ${action}`);
        for (const act of [
          'user-management organizations:create',
          'deployment-management deployments:create',
          'metering budgets:update',
        ])
          expect(done).toContain(act);
      });
    });
  });

  describe('10. usage', () => {
    it('counts whole core-seconds and byte-seconds, priced, and grows while instances run', async () => {
      interface Usage {
        readonly total: { readonly millicoreSeconds: string; readonly byteSeconds: string };
      }
      // What was told comes to metering in its own time.
      const first = await eventually(async () => {
        const read = await ada.json<Usage>(['usage', '--by', 'environment']);
        expect(read.total.millicoreSeconds).toMatch(/^[1-9]\d*$/);
        expect(read.total.byteSeconds).toMatch(/^[1-9]\d*$/);
        return read;
      });
      await eventually(async () => {
        const later = await ada.json<Usage>(['usage', '--by', 'environment']);
        expect(BigInt(later.total.byteSeconds)).toBeGreaterThan(BigInt(first.total.byteSeconds));
      });
      expect(JSON.stringify(await ada.json(['costs']))).toContain('EUR');
    });

    it('stops while the app is stopped, and the app answers again after start', async () => {
      await ada.run(['ps', 'stop', '--env', 'production']);
      await eventually(
        async () => expect(await ada.json<ObservedInstance[]>(['ps', '--env', 'production'])).toEqual([]),
        { within: 60_000 },
      );
      await ada.run(['ps', 'start', '--env', 'production']);
      await eventually(
        async () => expect(await ada.json<ObservedInstance[]>(['ps', '--env', 'production'])).toHaveLength(1),
        { within: 60_000 },
      );
    });
  });
}
