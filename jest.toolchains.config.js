import base from './jest.config.js';

/** The tier that needs Python and Go on the machine: builds with real toolchains. */
export default {
  ...base,
  testTimeout: 300_000,
  projects: base.projects.map((project) => ({ ...project, testMatch: ['<rootDir>/**/*.toolchain-spec.ts'] })),
};
