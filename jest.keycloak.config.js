import preset from './jest.preset.js';

/** The tier that needs Java and Maven for Keycloak: every `*.keycloak-spec.ts`. */
export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'keycloak',
  testMatch: ['<rootDir>/apps/*/test/**/*.keycloak-spec.ts'],
  globalSetup: '<rootDir>/tools/keycloak/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/jest/closing-line-reporter.mjs'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
