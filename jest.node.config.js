import preset from './jest.preset.js';

/** The tier with real pods: every `*.node-spec.ts`. Needs root, Debian's packages and, the first time, Go for many minutes. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'node',
  testMatch: ['<rootDir>/apps/*/test/**/*.node-spec.ts'],
  globalSetup: '<rootDir>/tools/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
