import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { app, environment, json, organization, page, problem, project } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

describe('set up', () => {
  const link = (folder = terminal.folder) =>
    readFile(join(folder, '.berth.json'), 'utf8').then(JSON.parse as (t: string) => unknown);

  withPlatform();
  beforeEach(() => {
    platform.on('POST /v1/apps', ({ body }, response) => {
      const { slug, source } = JSON.parse(body.toString()) as { slug: string; source: object };
      json(response, app(slug, source), 201);
    });
  });

  it('lists organizations, projects, environments and apps as tables and as JSON', async () => {
    const expected = {
      orgs: organization('acme'),
      projects: project('shop'),
      // This platform tells no costs.
      envs: { ...environment('staging'), cost: null },
      apps: app('hello'),
    };
    for (const [noun, item] of Object.entries(expected)) {
      expect((await terminal.berth([noun, 'list'])).stdout).toMatch(new RegExp(`^NAME.*\n${item.slug} `));
      expect(JSON.parse((await terminal.berth([noun, 'list', '--json'])).stdout)).toEqual([item]);
    }
  });

  it('reads lists to their last page', async () => {
    platform.on('GET /v1/organizations', ({ query }, response) =>
      json(
        response,
        query.get('cursor') ? page(organization('beta', 2)) : { items: [organization('acme')], next: 'c' },
      ),
    );
    const { stdout } = await terminal.berth(['orgs', 'list', '--json']);
    expect((JSON.parse(stdout) as { slug: string }[]).map((each) => each.slug)).toEqual(['acme', 'beta']);
  });

  it.each([
    ['production', 'production'],
    ['staging', 'staging'],
    ['qa', 'development'],
  ])('guesses that the environment %s is of kind %s', async (name, kind) => {
    platform.on('POST /v1/environments', (_, response) => json(response, environment(name), 201));
    expect(await terminal.berth(['envs', 'create', name])).toMatchObject({ code: 0 });
    expect(platform.bodies('POST /v1/environments')).toMatchObject([{ slug: name, kind }]);
  });

  it('makes an environment of a named kind, of the known ones', async () => {
    platform.on('POST /v1/environments', (_, response) => json(response, environment('qa'), 201));
    await terminal.berth(['envs', 'create', 'qa', '--kind', 'staging']);
    expect(platform.bodies('POST /v1/environments')).toMatchObject([{ kind: 'staging' }]);
    expect(await terminal.berth(['envs', 'create', 'qa', '--kind', 'preview'])).toMatchObject({ code: 2 });
  });

  it.each([
    ['environments', ['envs', 'create', 'qa']],
    ['apps', ['apps', 'create', 'api', '--git', 'https://git.example/api', '--no-link']],
  ])('makes %s with labels, and refuses what is none before it asks', async (collection, argv) => {
    platform.on('POST /v1/environments', (_, response) => json(response, environment('qa'), 201));
    await terminal.berth([...argv, '--label', 'team=shop', '--label', 'cost-center=4711']);
    const labels = { team: 'shop', 'cost-center': '4711' };
    expect(platform.bodies(`POST /v1/${collection}`)).toMatchObject([{ labels }]);
    expect(await terminal.berth([...argv, '--label', 'team'])).toMatchObject({ code: 2 });
    expect(platform.bodies(`POST /v1/${collection}`)).toHaveLength(1);
  });

  it('exits with 5 when a name is taken', async () => {
    platform.on('POST /v1/projects', (_, response) => problem(response, 409, 'project_slug_taken'));
    expect(await terminal.berth(['projects', 'create', 'shop'])).toMatchObject({ code: 5 });
  });

  describe('apps create', () => {
    it('makes an app from Git and links the folder to it', async () => {
      const argv = [
        'apps',
        'create',
        'api',
        '--git',
        'https://git.example/api',
        '--branch',
        'trunk',
        '--root',
        'server',
      ];
      expect(await terminal.berth(argv)).toMatchObject({ code: 0 });
      expect(platform.bodies('POST /v1/apps')).toMatchObject([
        {
          slug: 'api',
          source: { kind: 'git', url: 'https://git.example/api', branch: 'trunk' },
          build: { rootFolder: 'server' },
        },
      ]);
      expect(await link()).toEqual({ organization: 'acme', project: 'shop', app: 'api' });
    });

    it('takes a path for one from here', async () => {
      await terminal.berth(['apps', 'create', 'api', '--git', './api']);
      await terminal.berth(['apps', 'create', 'api', '--git', '.']);
      const urls = platform.bodies('POST /v1/apps').map((body) => (body as { source: { url: string } }).source.url);
      expect(urls).toEqual([join(terminal.folder, 'api'), terminal.folder]);
    });

    it('makes an app whose folder is uploaded, and links that folder', async () => {
      await mkdir(join(terminal.folder, 'site'));
      expect(await terminal.berth(['apps', 'create', 'site', '--dir', 'site'])).toMatchObject({ code: 0 });
      expect(platform.bodies('POST /v1/apps')).toMatchObject([{ source: { kind: 'upload' } }]);
      expect(await link(join(terminal.folder, 'site'))).toMatchObject({ app: 'site' });
    });

    it('makes an app of an image, which belongs to no folder', async () => {
      const image = `registry.example/api@sha256:${'0'.repeat(64)}`;
      expect(await terminal.berth(['apps', 'create', 'api', '--image', image])).toMatchObject({ code: 0 });
      expect(platform.bodies('POST /v1/apps')).toMatchObject([{ source: { kind: 'image', image } }]);
      await expect(link()).rejects.toThrow(/ENOENT/);
    });

    it('writes no link when told so', async () => {
      await terminal.berth(['apps', 'create', 'api', '--git', 'https://git.example/api', '--no-link']);
      await expect(link()).rejects.toThrow(/ENOENT/);
    });

    it('does not take a folder away from another app', async () => {
      const git = ['--git', 'https://git.example/x'];
      await terminal.berth(['apps', 'create', 'first', ...git]);
      const ran = await terminal.berth(['apps', 'create', 'second', ...git]);
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('say --app second there') });
      expect(await link()).toMatchObject({ app: 'first' });
    });

    it.each([
      [['api']],
      [['api', '--git', 'x', '--dir', '.']],
      [['api', '--git', 'x', '--image', 'x']],
      [['api', '--image', 'x', '--branch', 'main']],
      [['api', '--dir', '.', '--branch', 'main']],
      [['api', '--dir', 'missing']],
      [['--git', 'x']],
      [['api', 'another', '--git', 'x']],
    ])('refuses %j as wrong usage', async (argv) => {
      expect(await terminal.berth(['apps', 'create', ...argv])).toMatchObject({ code: 2 });
      expect(platform.to('POST /v1/apps')).toHaveLength(0);
    });
  });

  describe('the link of a folder', () => {
    const chosen = () => platform.to('GET /v1/apps').map((each) => each.query.get('slug'));

    it('holds in the folders below it', async () => {
      await writeFile(join(terminal.folder, '.berth.json'), '{"organization":"acme","project":"shop","app":"hello"}');
      await mkdir(join(terminal.folder, 'a/b'), { recursive: true });
      await terminal.berth(['open'], { folder: join(terminal.folder, 'a/b') });
      expect(chosen()).toEqual(['hello']);
    });

    it('gives way to a flag and to the environment', async () => {
      await writeFile(join(terminal.folder, '.berth.json'), '{"app":"other"}');
      expect(await terminal.berth(['open', '--app', 'hello'])).toMatchObject({ code: 0 });
      expect(await terminal.berth(['open'], { variables: { BERTH_APP: 'hello' } })).toMatchObject({ code: 0 });
      expect(await terminal.berth(['open'])).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(/There is hello\.\n.*\.berth\.json names it\./),
      });
    });

    it('is named when what it names is not there, and not when somebody typed that', async () => {
      await writeFile(join(terminal.folder, '.berth.json'), '{"organization":"former","project":"shop","app":"hello"}');
      const named = `${join(terminal.folder, '.berth.json')} names it.`;
      expect(await terminal.berth(['open'])).toMatchObject({ code: 4, stderr: expect.stringContaining(named) });
      const typed = await terminal.berth(['open', '--org', 'other']);
      expect(typed).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no organization "other"') });
      expect(typed.stderr).not.toContain('.berth.json');
    });

    it('is named when it is broken', async () => {
      await writeFile(join(terminal.folder, '.berth.json'), 'oops');
      expect(await terminal.berth(['open'])).toMatchObject({ code: 2, stderr: expect.stringContaining('.berth.json') });
    });
  });
});
