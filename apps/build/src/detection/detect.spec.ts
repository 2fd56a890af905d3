import { describe, expect, it } from '@jest/globals';
import type { BuildPlan } from './build-plan.js';
import { detect, type PlanSettings } from './detect.js';
import { MemoryTree } from './file-tree.js';

type Files = Readonly<Record<string, string>>;

const none: PlanSettings = { installCommand: null, buildCommand: null };
const plan = (files: Files, settings = none): Promise<BuildPlan> => detect(new MemoryTree(files), settings);
const web = async (files: Files): Promise<string | undefined> =>
  (await plan(files)).processes.find(({ name }) => name === 'web')?.command;
const json = (value: object): string => JSON.stringify(value);
const causeOf = (files: Files): Promise<unknown> =>
  plan(files).then(
    () => 'accepted',
    (error: { cause: string }) => error.cause,
  );

describe('Node', () => {
  const express = { dependencies: { express: '^5.0.0' } };

  it('installs from a lockfile without what only development needs, and starts the start script itself', async () => {
    const files = {
      'package.json': json({ ...express, scripts: { start: 'node server.js' } }),
      'package-lock.json': '{}',
    };
    expect(await plan(files)).toMatchObject({
      language: 'node',
      base: { tools: ['node', 'npm'] },
      install: { command: 'npm ci --omit=dev' },
      build: null,
      processes: [{ name: 'web', command: 'node server.js' }],
      environment: { NODE_ENV: 'production' },
      path: ['node_modules/.bin'],
      dependencies: { folder: 'node_modules', reusable: true },
    });
  });

  it('installs everything for an app that is built', async () => {
    const files = {
      'package.json': json({ ...express, scripts: { build: 'tsc', start: 'node dist/main.js' } }),
      'package-lock.json': '{}',
    };
    expect(await plan(files)).toMatchObject({
      install: { command: 'npm ci --include=dev' },
      build: { command: 'npm run build' },
    });
  });

  it.each([
    ['npm', '', 'npm install --no-package-lock --no-workspaces --omit=dev'],
    ['pnpm', 'pnpm-lock.yaml', 'pnpm install --ignore-workspace --frozen-lockfile --prod'],
  ])('installs a folder of a larger source by itself, with %s', async (_manager, lock, command) => {
    const files = { 'package.json': json({ ...express, scripts: { start: 'x' } }), ...(lock ? { [lock]: '' } : {}) };
    expect((await plan(files, { ...none, rootFolder: 'services/api' })).install?.command).toBe(command);
    expect((await plan(files, { ...none, rootFolder: './' })).install?.command).not.toContain('workspace');
  });

  it('runs nothing for an app without dependencies, so that it needs no network and no npm', async () => {
    expect(await plan({ 'package.json': json({ scripts: { start: 'node .' } }) })).toMatchObject({
      install: null,
      build: null,
      base: { tools: ['node'] },
      notices: [],
    });
  });

  it('says that without a lockfile two builds may differ', async () => {
    const found = await plan({ 'package.json': json({ ...express, main: 'a.js' }), 'a.js': '' });
    expect(found.install?.command).toBe('npm install --no-package-lock --omit=dev');
    expect(found.notices).toHaveLength(1);
  });

  it.each<[string, Files, string, string[]]>([
    ['pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm install --frozen-lockfile --prod', ['node', 'pnpm']],
    [
      'Yarn 1',
      { 'yarn.lock': '# yarn lockfile v1' },
      'yarn install --non-interactive --frozen-lockfile --production=true',
      ['node', 'yarn'],
    ],
    ['Yarn 4', { 'yarn.lock': '__metadata:\n  version: 8' }, 'yarn install --immutable', ['node', 'yarn']],
    ['npm with a shrinkwrap', { 'npm-shrinkwrap.json': '{}' }, 'npm ci --omit=dev', ['node', 'npm']],
  ])('knows %s by its lockfile', async (_, lock, command, tools) => {
    const found = await plan({ 'package.json': json({ ...express, scripts: { start: 'node .' } }), ...lock });
    expect(found.install?.command).toBe(command);
    expect(found.base.tools).toEqual(tools);
  });

  it('believes packageManager before lockfiles', async () => {
    const files = {
      'package.json': json({ ...express, packageManager: 'pnpm@10.1.0', scripts: { start: 'x' } }),
      'package-lock.json': '{}',
    };
    expect((await plan(files)).install?.command).toBe('pnpm install --prod');
  });

  it('does not keep dependencies of an app whose own scripts run while they are installed', async () => {
    const files = {
      'package.json': json({ ...express, scripts: { postinstall: 'node gen.js', start: 'x' } }),
      'package-lock.json': '{}',
    };
    expect(await plan(files)).toMatchObject({
      dependencies: { reusable: false },
      install: { command: 'npm ci --include=dev' },
    });
  });

  it.each<[string, object, Files, string]>([
    ['main', { main: 'lib/app.js' }, { 'lib/app.js': '' }, 'node lib/app.js'],
    ['server.js', {}, { 'server.js': '' }, 'node server.js'],
    ['index.js', {}, { 'index.js': '' }, 'node index.js'],
    ['app.js', {}, { 'app.js': '' }, 'node app.js'],
    ['a main that is not there, but server.js is', { main: 'gone.js' }, { 'server.js': '' }, 'node server.js'],
    ['a main with a hostile name', { main: 'a b;$(id)\'".js' }, { 'a b;$(id)\'".js': '' }, `node 'a b;$(id)'\\''".js'`],
    ['npm start, when a hook belongs to it', { scripts: { prestart: 'x', start: 'node .' } }, {}, 'npm start'],
    [
      'npm start, when the script uses what npm sets',
      { scripts: { start: 'echo $npm_package_name' } },
      {},
      'npm start',
    ],
  ])('starts %s', async (_, fields, files, command) => {
    expect(await web({ 'package.json': json(fields), ...files })).toBe(command);
  });

  const usualFolders = 'dist build out .output/public public _site .vitepress/dist docs/.vitepress/dist';
  it('serves what a bundler makes when there is nothing else to start', async () => {
    const found = await plan({
      'package.json': json({ devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }),
      'index.html': '',
    });
    expect(found.processes).toEqual([
      { name: 'web', command: `node .berth/static-server.mjs --single-page ${usualFolders}` },
    ]);
    expect(found.build?.command).toBe('npm run build');
  });

  it('fails when it cannot tell how to start', async () => {
    expect(await causeOf({ 'package.json': '{}' })).toBe('detect_failed');
    expect(await causeOf({ 'package.json': '{ broken' })).toBe('detect_failed');
  });

  it('survives a package.json of odd shapes', async () => {
    const odd = { scripts: { start: 'x' }, dependencies: 3, engines: 'node', main: 7, packageManager: [] };
    expect(await web({ 'package.json': json(odd) })).toBe('x');
    expect(await causeOf({ 'package.json': '[]' })).toBe('detect_failed');
  });
});

describe('Go', () => {
  const module = 'module example.com/shop/v2\n\ngo 1.24\n';

  it('builds the main package of the root', async () => {
    expect(await plan({ 'go.mod': module, 'main.go': '// Shop.\npackage main\n' })).toMatchObject({
      language: 'go',
      base: { tools: ['go'], wanted: '1.24' },
      build: { command: 'mkdir -p bin && go build -o bin/ . && ln -sf shop bin/app' },
      processes: [{ name: 'web', command: 'bin/app' }],
    });
  });

  it('builds every command, and serves the one that is named like a server', async () => {
    const files = {
      'go.mod': module,
      'lib.go': 'package shop',
      'cmd/server/a.go': 'package main',
      'cmd/migrate/a.go': 'package main',
    };
    expect((await plan(files)).build?.command).toBe(
      'mkdir -p bin && go build -o bin/ ./cmd/migrate ./cmd/server && ln -sf server bin/app',
    );
  });

  it('quotes folders with hostile names', async () => {
    const files = { 'go.mod': module, 'cmd/a; id/a.go': 'package main' };
    expect((await plan(files)).build?.command).toContain(`'./cmd/a; id'`);
  });

  it('fails without a main package, or with several and no server among them', async () => {
    expect(await causeOf({ 'go.mod': module, 'lib.go': 'package shop', 'a_test.go': 'package main' })).toBe(
      'detect_failed',
    );
    expect(await causeOf({ 'go.mod': module, 'cmd/a/a.go': 'package main', 'cmd/b/b.go': 'package main' })).toBe(
      'detect_failed',
    );
  });

  it('lets a Procfile choose among several', async () => {
    const files = {
      'go.mod': module,
      'cmd/a/a.go': 'package main',
      'cmd/b/b.go': 'package main',
      Procfile: 'web: a\nworker: b',
    };
    expect((await plan(files)).processes).toEqual([
      { name: 'web', command: 'a' },
      { name: 'worker', command: 'b' },
    ]);
  });
});

describe('a static site', () => {
  it.each([
    ['the root', 'index.html', '.'],
    ['public', 'public/index.html', 'public'],
    ['dist', 'dist/index.html', 'dist'],
  ])('is found in %s', async (_, file, folder) => {
    const found = await plan({ [file]: '<h1>' });
    expect(found).toMatchObject({ language: 'static', serve: [folder], install: null, build: null });
    expect(found.processes).toEqual([{ name: 'web', command: `node .berth/static-server.mjs ${folder}` }]);
  });

  it('may be in a folder that berth.yaml names', async () => {
    expect(await web({ 'berth.yaml': 'static: { folder: "my site" }' })).toBe(
      `node .berth/static-server.mjs 'my site'`,
    );
    expect(await web({ 'berth.yaml': 'static: { folder: site, singlePage: true }' })).toBe(
      'node .berth/static-server.mjs --single-page site',
    );
    const built = { 'package.json': json({ scripts: { build: 'vite build' } }) };
    const yaml = 'static: { folder: dist, singlePage: false }';
    expect(await web({ ...built, 'berth.yaml': yaml })).toBe('node .berth/static-server.mjs dist');
  });
});

describe('what the source says itself', () => {
  const node = { 'package.json': json({ scripts: { start: 'node a.js', build: 'x' } }) };

  it('wins over what the files look like: Procfile, then berth.yaml', async () => {
    const files = { ...node, Procfile: 'web: node b.js\nworker: node w.js' };
    expect((await plan(files)).processes).toEqual([
      { name: 'web', command: 'node b.js' },
      { name: 'worker', command: 'node w.js' },
    ]);
    const both = { ...files, 'berth.yaml': 'processes: { web: node c.js }\nenvironment: { MODE: fast }' };
    expect(await plan(both)).toMatchObject({
      processes: [
        { name: 'web', command: 'node c.js' },
        { name: 'worker', command: 'node w.js' },
      ],
      environment: { NODE_ENV: 'production', MODE: 'fast' },
    });
  });

  it('is enough without any language', async () => {
    expect(await plan({ Procfile: 'web: ./run.sh' })).toMatchObject({
      language: 'procfile',
      processes: [{ name: 'web', command: './run.sh' }],
    });
  });

  it('saves an app that could not be started otherwise', async () => {
    expect(await web({ 'package.json': '{}', Procfile: 'web: node x.js' })).toBe('node x.js');
  });

  it('serves a site beside a worker that is declared alone', async () => {
    const found = await plan({ 'index.html': '', Procfile: 'worker: ./work' });
    expect(found.processes.map(({ name }) => name)).toEqual(['web', 'worker']);
  });

  it('is overruled by the settings of the app, and then dependencies are not kept', async () => {
    const files = {
      'package.json': json({ dependencies: { a: '1' }, scripts: { start: 'x' } }),
      'package-lock.json': '{}',
      'berth.yaml': 'build: { install: make, command: make all }',
    };
    const found = await plan(files, { installCommand: 'npm ci --legacy-peer-deps', buildCommand: '' });
    expect(found.install?.command).toBe('npm ci --legacy-peer-deps');
    expect(found.build).toBeNull();
    expect(found.dependencies).toBeNull();
  });
});

describe('a source of no known kind', () => {
  it.each<[string, Files]>([
    ['nothing at all', {}],
    ['a readme', { 'README.md': '# hi' }],
    ['another language', { 'Cargo.toml': '', 'src/main.rs': '' }],
    ['an empty Procfile', { Procfile: '' }],
  ])('fails for %s, saying what was looked for and what to do', async (_, files) => {
    await expect(plan(files)).rejects.toMatchObject({
      cause: 'detect_failed',
      evidence: [expect.stringContaining('looked for: Procfile')],
      nextStep: expect.stringContaining('Procfile'),
    });
  });
});

describe('a kind of app that is not built here', () => {
  it.each([
    ['Gemfile', /Ruby/],
    ['pom.xml', /Java/],
    ['Cargo.toml', /Rust/],
    ['index.php', /PHP/],
    ['Dockerfile', /Dockerfile/],
  ])('is named, with what can be done: %s', async (file, kind) => {
    await expect(plan({ [file]: '' })).rejects.toMatchObject({
      cause: 'detect_failed',
      message: expect.stringMatching(kind),
    });
    await expect(plan({ [file]: '' })).rejects.toMatchObject({ nextStep: expect.stringContaining('berth.yaml') });
    expect(await web({ [file]: '', Procfile: 'web: ./run' })).toBe('./run');
  });
});
