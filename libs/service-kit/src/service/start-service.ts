import { mayAnswerPlain } from '@berth/contracts/common';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BaseConfig } from '../config/base-config.js';
import { ConfigError, type Environment, loadConfig } from '../config/load-config.js';
import { correlate } from '../http/correlate.js';
import { linkPages } from '../http/link-header.js';
import { serveOpenApi } from '../http/open-api.js';
import { Routes } from '../http/routes.js';
import { takeJsonOnly } from '../http/request-bodies.js';
import { serveUpgrades, upgradeOptions } from '../http/upgrade.js';
import { answerUnparsed, answerUnrouted } from '../http/unrouted-problems.js';
import { LOGGER, type Logger, NestLogger } from '../logging/logger.js';
import { readCertificate } from '../tls/certificates.js';
import type { ServiceDefinition } from './service-definition.js';
import { ServiceKitModule } from './service-kit.module.js';

export interface RunningService {
  /** Where it answers, without trailing slash. */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Ends in order: requests, loops, connections. */
  close(): Promise<void>;
}

@Module({})
class RootModule {}

/** The module tree of a service: the kit, then its own module. */
export const rootModule = <Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
): DynamicModule => ({
  module: RootModule,
  imports: [ServiceKitModule.forRoot(definition, config), definition.module(config)],
});

/** How Nest makes the application, in production and in tests. */
export const applicationOptions = {
  abortOnError: false,
  bodyParser: false,
  return503OnClosing: true,
  routeConflictPolicy: { duplicate: 'error', shadow: 'off' },
} as const;

/** The HTTP server below Nest: TLS when both files are configured, 1 MiB bodies, trust in nobody's forwarded headers but the configured. */
export function httpAdapter(config: BaseConfig): FastifyAdapter {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = config;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new ConfigError('Set both TLS_CERT_FILE and TLS_KEY_FILE, or neither.');
  requireEncrypted(config);
  const server =
    certFile && keyFile
      ? { https: { ...readCertificate(certFile, keyFile), ...upgradeOptions } }
      : { http: upgradeOptions };
  const options = {
    bodyLimit: 1_048_576,
    // Hooks do what middleware would: nobody passes through an empty list of it.
    skipMiddie: true,
    forceCloseConnections: true,
    requestTimeout: 0,
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
    frameworkErrors: answerUnrouted,
    clientErrorHandler: answerUnparsed,
    ...server,
  };
  return new FastifyAdapter(options);
}

/** Passwords and tokens of everybody pass here. */
function requireEncrypted({ HOST: host, TLS_CERT_FILE: certFile, TLS_ENDS_BEFORE: endsBefore }: BaseConfig): void {
  if (certFile !== undefined || mayAnswerPlain({ host, endsBefore })) return;
  throw new ConfigError(
    `HOST=${host} is reached from other machines: set TLS_CERT_FILE and TLS_KEY_FILE, or TLS_ENDS_BEFORE=true if TLS ends at a proxy and nobody else reaches it.`,
  );
}

/** What is done to every application before it listens, in production and in tests. */
export async function prepare(app: NestFastifyApplication, definition: ServiceDefinition<never>): Promise<void> {
  app.useLogger(new NestLogger(app.get<Logger>(LOGGER)));
  app.enableShutdownHooks([]);
  app.get(Routes).enclose();
  correlate(app);
  linkPages(app);
  takeJsonOnly(app);
  serveUpgrades(app);
  serveOpenApi(app, definition.name);
  definition.connect?.(app);
  await app.startAllMicroservices();
}

/** Parses configuration, opens the database, starts loops and listens. @throws ConfigError */
export async function startService<Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  environment: Environment,
): Promise<RunningService> {
  const config = loadConfig(definition.config, environment);
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(definition, config), httpAdapter(config), {
    ...applicationOptions,
    logger: ['error', 'warn'],
  });
  await prepare(app, definition as unknown as ServiceDefinition<never>);
  await app.listen(config.PORT, config.HOST);
  return { url: await urlOf(app, config), app, close: () => app.close() };
}

/** Where an application that listens answers, without trailing slash. */
export async function urlOf(app: NestFastifyApplication, config: BaseConfig): Promise<string> {
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return config.TLS_CERT_FILE ? url.replace(/^http:/, 'https:') : url;
}
