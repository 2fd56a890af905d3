import { describeEnforcement, type RunningAgent, RouterClient, startAgent } from '@berth/agent';
import { build, openBlob } from '@berth/build';
import { deploymentManagement } from '@berth/deployment-management';
import { type RunningGateway, startGateway } from '@berth/gateway';
import { metering } from '@berth/metering';
import {
  type BaseConfig,
  createLogger,
  type Environment,
  type Logger,
  type ServiceDefinition,
  startService,
} from '@berth/service-kit';
import { userManagement } from '@berth/user-management';
import type { StandaloneConfig } from '../config.js';
import { StartFailure } from '../failure.js';
import type { DataFolder } from '../folder/data-folder.js';
import type { Databases, ServiceName } from './databases.js';
import { endAll, type Ending } from './endings.js';
import { environments, type Parts } from './environments.js';
import { replayEvents } from './replay.js';

export interface Platform {
  /** The gateway's address. */
  readonly url: string;
  /** How the memory and CPU of apps are limited on this machine, in words. */
  readonly limits: string;
  /** Ends everything in order: requests, services, apps. The databases are who opened them's. */
  close(): Promise<void>;
}

/** Composes the embedded default: it starts parts and connects them, and holds no rule of its own. */
export async function startPlatform(given: Omit<Parts, 'gateway'>): Promise<Platform> {
  const endings: Ending[] = [];
  try {
    return await startParts(given, endings);
  } catch (error) {
    await endAll(endings);
    throw error;
  }
}

async function startParts(given: Omit<Parts, 'gateway'>, endings: Ending[]): Promise<Platform> {
  const { config, folder, databases } = given;
  const logger = createLogger('standalone', config.logLevel);
  await databases.ready('bus');
  if (config.replay) await replayEvents(databases.urlOf('bus'), logger);
  const gateway = await openGateway(config, folder, logger);
  endings.push(() => gateway.close());
  const agent = await openAgent(config, folder, logger);
  endings.push(() => agent.close());
  const services = await startServices(environments({ ...given, gateway }), databases, endings);
  gateway.upstreams(Object.fromEntries(services));
  const limits = describeEnforcement(agent.enforcement);
  return { url: gateway.url.replace('127.0.0.1', 'localhost'), limits, close: () => endAll(endings) };
}

async function openGateway(config: StandaloneConfig, folder: DataFolder, logger: Logger): Promise<RunningGateway> {
  try {
    return await startGateway({
      host: '127.0.0.1',
      port: config.port,
      kongFile: `${config.workspace}/k8s/kong/kong.yml`,
      upstreams: {},
      controlSocket: folder.socket('gateway'),
      platformDomain: 'localhost',
      trustedProxies: config.trustedProxies,
      logger,
    });
  } catch (error) {
    const why = { EADDRINUSE: 'is taken', EACCES: 'may not be used by this user' };
    const reason = why[(error as NodeJS.ErrnoException).code as keyof typeof why];
    if (reason === undefined) throw error;
    throw new StartFailure(`Port ${config.port} ${reason}. Choose another with --port.`);
  }
}

function openAgent(config: StandaloneConfig, folder: DataFolder, logger: Logger): Promise<RunningAgent> {
  return startAgent({
    folder: folder.in('agent'),
    socketPath: folder.socket('agent'),
    blobs: (digest) => openBlob(folder.in('blobs'), digest),
    router: new RouterClient({ socketPath: folder.socket('gateway'), logger }),
    logger,
    isolateUsers: process.getuid?.() === 0,
    toolPath: config.toolPath,
  });
}

async function startServices(
  environment: Record<ServiceName, Environment>,
  databases: Databases,
  endings: Ending[],
): Promise<[string, string][]> {
  const start = async <C extends BaseConfig>(definition: ServiceDefinition<C>): Promise<[string, string]> => {
    const { name } = definition;
    await databases.ready(name);
    const service = await startService(definition, environment[name]);
    endings.push(() => service.close());
    return [name, service.url];
  };
  return Promise.all([start(userManagement), start(deploymentManagement), start(build), start(metering)]);
}
