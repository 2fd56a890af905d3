import type { Environment } from '@berth/service-kit';
import type { StandaloneConfig } from '../config.js';
import type { DataFolder } from '../folder/data-folder.js';
import type { Secrets } from '../folder/secrets-file.js';
import { type Databases, type ServiceName, serviceNames } from './databases.js';

export interface Parts {
  readonly config: StandaloneConfig;
  readonly folder: DataFolder;
  readonly secrets: Secrets;
  readonly databases: Databases;
  readonly gateway: { readonly port: number };
}

/** What each service is told: the same variables that it would be told as a process of its own. */
export function environments(parts: Parts): Record<ServiceName, Environment> {
  const own = ownVariables(parts);
  return Object.fromEntries(serviceNames.map((name) => [name, { ...shared(parts, name), ...own[name] }])) as Record<
    ServiceName,
    Environment
  >;
}

const shared = ({ config, databases }: Parts, name: ServiceName): Environment => ({
  DATABASE_URL: databases.urlOf(name),
  BUS: 'embedded',
  BUS_DATABASE_URL: databases.urlOf('bus'),
  ONE_POSTGRES: 'true',
  LOG_LEVEL: config.logLevel,
  // The gateway, and what it was told stands before it.
  TRUSTED_PROXIES: ['127.0.0.1', ...config.trustedProxies].join(','),
});

function ownVariables({ config, folder, secrets, gateway }: Parts): Record<ServiceName, Environment> {
  const { administrator, keyEncryptionKey: KEY_ENCRYPTION_KEY } = secrets;
  return {
    'user-management': {
      KEY_ENCRYPTION_KEY,
      MAIL_FOLDER: folder.in('mail'),
      SIGN_UP: config.signUp,
      PUBLIC_URL: `http://localhost:${gateway.port}`,
      PASSKEY_ORIGINS: `http://localhost:${gateway.port}`,
      GATEWAY_CONTROL: `unix:${folder.socket('gateway')}`,
      KONG_FILE: `${config.workspace}/k8s/kong/kong.yml`,
      ...(administrator
        ? { BOOTSTRAP_ADMIN_EMAIL: administrator.email, BOOTSTRAP_ADMIN_PASSWORD: administrator.password }
        : {}),
    },
    'deployment-management': {
      KEY_ENCRYPTION_KEY,
      RUNTIME: 'process',
      AGENT_SOCKET: folder.socket('agent'),
      ROUTER_URL: `http://127.0.0.1:${gateway.port}`,
      APP_URL_TEMPLATE: `http://{host}:${gateway.port}`,
      PLATFORM_DOMAIN: 'localhost',
      PRIVATE_REGISTRIES: 'true',
      PRIVATE_PROMETHEUS: 'true',
      PRIVATE_DNS: 'true',
    },
    build: {
      DATA_FOLDER: folder.in('builds'),
      BLOB_FOLDER: folder.in('blobs'),
      ALLOW_LOCAL_SOURCES: 'true',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      ISOLATE_BUILDS: process.getuid?.() === 0 ? 'true' : 'false',
      TOOL_PATH: config.toolPath,
    },
    metering: { KEY_ENCRYPTION_KEY, PAYMENT_FOLDER: folder.in('payments') },
  };
}
