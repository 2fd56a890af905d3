import { existsSync, readdirSync } from 'node:fs';
import preset from './jest.preset.js';

const root = import.meta.dirname;
const names = ['libs', 'apps'].flatMap((group) => readdirSync(`${root}/${group}`).map((name) => `${group}/${name}`));

/** One run over the whole workspace: one Postgres server, one worker pool, one closing line. */
export default {
  globalSetup: '<rootDir>/tools/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
  projects: names
    .filter((name) => existsSync(`${root}/${name}/package.json`))
    .map((name) => ({ ...preset, displayName: name, rootDir: `${root}/${name}` })),
};
