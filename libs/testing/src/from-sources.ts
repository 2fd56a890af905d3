import { join } from 'node:path';

/** Arguments for `node` in a child process that a test may kill: runs a TypeScript file with all libraries from their sources. */
export const fromSources = (file: string): string[] => [
  '--conditions=berth-source',
  '--import',
  join(import.meta.dirname, '../source-hooks.mjs'),
  file,
];
