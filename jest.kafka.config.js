import preset from './jest.preset.js';

/** The tier that needs Java and Maven: every `*.kafka-spec.ts`, with one Kafka node for the run. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'kafka',
  testMatch: ['<rootDir>/libs/*/test/**/*.kafka-spec.ts', '<rootDir>/apps/*/test/**/*.kafka-spec.ts'],
  globalSetup: '<rootDir>/tools/kafka/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
