import preset from './jest.preset.js';

/** The tier that needs Go the first time: every `*.kube-spec.ts`, with one Kubernetes control plane for the run. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'kube',
  testMatch: ['<rootDir>/libs/*/test/**/*.kube-spec.ts', '<rootDir>/apps/*/test/**/*.kube-spec.ts'],
  globalSetup: '<rootDir>/tools/kube/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
