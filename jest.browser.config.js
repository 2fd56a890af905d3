import preset from './jest.preset.js';

/** The tier that needs Chromium: every `*.browser-spec.ts`. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'browser',
  testMatch: ['<rootDir>/apps/*/test/**/*.browser-spec.ts'],
  globalSetup: '<rootDir>/tools/browser/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
