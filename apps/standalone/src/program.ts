import 'reflect-metadata';
import { resolve } from 'node:path';
import type { Environment } from '@berth/service-kit';
import { parseConfig } from './config.js';
import { StartFailure } from './failure.js';
import { runStandalone } from './standalone.js';

const workspace = resolve(import.meta.dirname, '../../..');

/** The platform, until it is up; it ends with one sentence when it cannot start. */
export async function run(args: string[], environment: Environment): Promise<void> {
  try {
    await runStandalone(parseConfig(args, environment, workspace));
  } catch (error) {
    console.error(error instanceof StartFailure ? error.message : error);
    process.exit(1);
  }
}
