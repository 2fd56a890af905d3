import type { BaseConfig } from '../config/base-config.js';
import { ConfigError, type Environment } from '../config/load-config.js';
import type { ServiceDefinition } from './service-definition.js';
import { startService } from './start-service.js';

/** The whole of a service's `main.ts`: starts it, ends it on SIGTERM or SIGINT, exits 1 with one message when it cannot start. */
export async function runMain<Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  environment: Environment,
): Promise<void> {
  try {
    const service = await startService(definition, environment);
    console.log(JSON.stringify({ service: definition.name, url: service.url, ready: true }));
    const end = () => void service.close().then(() => process.exit(0));
    process.once('SIGTERM', end).once('SIGINT', end);
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
}
