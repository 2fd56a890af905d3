import preset from './jest.preset.js';

/** The tier of what a newcomer has, the oldest Node and a fresh clone: every `*.newcomer-spec.ts`. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'newcomer',
  testMatch: ['<rootDir>/apps/*/test/**/*.newcomer-spec.ts'],
  globalSetup: '<rootDir>/tools/newcomer/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 1_800_000,
  maxWorkers: 1,
};
