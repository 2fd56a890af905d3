import preset from './jest.preset.js';

/** The tier that needs Prometheus: every `*.prometheus-spec.ts`. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'prometheus',
  testMatch: ['<rootDir>/apps/*/test/**/*.prometheus-spec.ts'],
  globalSetup: '<rootDir>/tools/prometheus/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
