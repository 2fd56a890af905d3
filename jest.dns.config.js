import preset from './jest.preset.js';

/** The tier that needs DNS servers: every `*.dns-spec.ts`. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'dns',
  testMatch: ['<rootDir>/apps/*/test/**/*.dns-spec.ts'],
  globalSetup: '<rootDir>/tools/dns/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
