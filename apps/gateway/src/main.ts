import { pino } from 'pino';
import { loadConfiguration } from './config.js';
import { startGateway } from './gateway.js';

try {
  const config = loadConfiguration(process.env);
  const logger = pino({ name: 'gateway', level: config.LOG_LEVEL, base: { service: 'gateway' } });
  const gateway = await startGateway({
    host: config.HOST,
    port: config.PORT,
    kongFile: config.KONG_FILE,
    upstreams: config.UPSTREAMS,
    controlSocket: config.CONTROL_SOCKET,
    platformDomain: config.PLATFORM_DOMAIN,
    trustedProxies: config.TRUSTED_PROXIES,
    logger,
  });
  logger.info({ url: gateway.url }, 'the gateway listens');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.close());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
