import 'reflect-metadata';
import { resolve } from 'node:path';
import { parseConfig } from './config.js';
import { StartFailure } from './failure.js';
import { runStandalone } from './standalone.js';

const workspace = resolve(import.meta.dirname, '../../..');

try {
  await runStandalone(parseConfig(process.argv.slice(2), process.env, workspace));
} catch (error) {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
}
