import { existsSync, readdirSync } from 'node:fs';
import preset from './jest.preset.js';

const root = import.meta.dirname;
const names = ['libs', 'apps'].flatMap((group) => readdirSync(`${root}/${group}`).map((name) => `${group}/${name}`));

/** One run over the whole workspace: one Postgres server, one worker pool, one closing line. */
export default {
  globalSetup: '<rootDir>/tools/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  // Guards against hanging only: no test may fail because a machine is slow.
  testTimeout: 300_000,
  maxWorkers: 2,
  // Modules of former files stay in a worker's heap (V8's contexts with ESM): a new one takes over before it is full.
  workerIdleMemoryLimit: '1GB',
  projects: names
    .filter((name) => existsSync(`${root}/${name}/package.json`))
    .map((name) => ({ ...preset, displayName: name, rootDir: `${root}/${name}` })),
};
