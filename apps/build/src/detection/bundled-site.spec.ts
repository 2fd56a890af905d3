import { describe, expect, it } from '@jest/globals';
import { isDevelopmentServer, siteFolders } from './bundled-site.js';
import { detect } from './detect.js';
import { MemoryTree } from './file-tree.js';

describe('a site that a bundler makes', () => {
  it.each([
    'react-scripts start',
    'PORT=3006 react-scripts start',
    'cross-env BROWSER=none react-scripts start',
    'npx react-app-rewired start',
    'ng serve --host 0.0.0.0',
    'vite',
    'vite --port 3000',
    'vite dev',
    'vite preview --host',
    'vue-cli-service serve',
    'webpack serve --mode development',
    'webpack-dev-server  --open',
    'parcel index.html',
    'gatsby develop',
    'astro dev',
    'docusaurus start',
  ])('is not started by %j, which is for who develops it', (command) => {
    expect(isDevelopmentServer(command)).toBe(true);
  });

  it.each([
    'node server.js',
    'vite build && node server.js',
    'next start',
    'serve -s build',
    'vite-node src/server.ts',
    'webpack && node dist/main.js',
    'webpack build',
    'parcel build index.html',
    'ng-server',
    'react-scripts build',
    '',
  ])('may be served by %j', (command) => {
    expect(isDevelopmentServer(command)).toBe(false);
  });

  it('is served when it is built, and the log says so', async () => {
    const scripts = { start: 'ng serve', build: 'ng build' };
    const angular = { projects: { shop: { architect: { build: { options: {} } } } } };
    const files = { 'package.json': JSON.stringify({ scripts }), 'angular.json': JSON.stringify(angular) };
    const settings = { installCommand: null, buildCommand: null };
    const plan = await detect(new MemoryTree(files), settings);
    expect(plan.processes).toEqual([
      {
        name: 'web',
        command: expect.stringMatching(
          /^node .berth\/static-server.mjs --single-page dist\/shop\/browser dist\/shop dist /,
        ),
      },
    ]);
    expect(plan.notices).toEqual([expect.stringContaining('"ng serve" is a server for development')]);

    const declared = await detect(new MemoryTree({ ...files, Procfile: 'web: npm start' }), settings);
    expect([declared.processes, declared.notices]).toEqual([[{ name: 'web', command: 'npm start' }], []]);
    const unbuilt = { 'package.json': JSON.stringify({ scripts: { start: 'vite' } }) };
    expect((await detect(new MemoryTree(unbuilt), settings)).processes).toEqual([{ name: 'web', command: 'vite' }]);
  });

  const foldersOf = async (outputPath: unknown) => {
    const angular = { projects: { shop: { architect: { build: { options: { outputPath } } } } } };
    const found = await siteFolders(new MemoryTree({ 'angular.json': JSON.stringify(angular) }));
    return found.slice(0, found.indexOf('dist'));
  };

  it.each<[unknown, string[]]>([
    ['public/shop/', ['public/shop/browser', 'public/shop']],
    [{ base: 'made' }, ['made/browser/browser', 'made/browser']],
    [{ base: 'made', browser: 'web' }, ['made/web/browser', 'made/web']],
    [7, ['dist/shop/browser', 'dist/shop']],
    ['../../etc', []],
    ['/etc', []],
  ])('lies where angular.json says: %j', async (outputPath, folders) => {
    expect(await foldersOf(outputPath)).toEqual(folders);
  });

  it.each(['{', '[]', '{"projects": 3}'])('lies in the usual folders when angular.json is %j', async (text) => {
    expect((await siteFolders(new MemoryTree({ 'angular.json': text })))[0]).toBe('dist');
  });
});
