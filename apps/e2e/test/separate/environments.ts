import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toolPath, workspace } from '../support/berth-process.js';
import { type Credentials, type ServiceName, serviceNames } from '../support/platform.js';
import type { TestPostgres } from '../support/test-postgres.js';

/** In the order of starting. */
export const partNames = ['gateway', 'agent', ...serviceNames] as const;
export type PartName = (typeof partNames)[number];
export type Variables = Readonly<Record<string, string>>;

export interface Facts {
  /** What single parts are told beside or instead of the usual. */
  readonly told: Partial<Record<PartName, Variables>>;
  readonly folder: string;
  readonly ports: Readonly<Record<PartName, number>>;
  /** Absent: the embedded bus. */
  readonly brokers: string | undefined;
  readonly postgres: TestPostgres;
  readonly administrator: Credentials;
}

/** What each process is told, and all that it is told. */
export function environmentsOf(facts: Facts): Record<PartName, Variables> {
  const usual = usualOf(facts);
  return Object.fromEntries(partNames.map((name) => [name, { ...usual[name], ...facts.told[name] }])) as typeof usual;
}

function usualOf(facts: Facts): Record<PartName, Variables> {
  const { folder, ports } = facts;
  const services = servicesOf(facts);
  const upstreams = serviceNames.map((name) => `${name}=http://127.0.0.1:${ports[name]}`).join(',');
  const shared = (name: ServiceName): Variables => ({ ...sharedOf(facts, name), ...services[name] });
  return {
    gateway: {
      PORT: String(ports.gateway),
      KONG_FILE: kongFile,
      UPSTREAMS: upstreams,
      CONTROL_SOCKET: join(folder, 'gateway.sock'),
    },
    agent: {
      AGENT_FOLDER: join(folder, 'agent'),
      AGENT_SOCKET: join(folder, 'agent.sock'),
      GATEWAY_CONTROL_SOCKET: join(folder, 'gateway.sock'),
      BLOB_FOLDER: join(folder, 'blobs'),
      TOOL_PATH: toolPath(),
      ISOLATE_USERS: isRoot,
    },
    'user-management': shared('user-management'),
    'deployment-management': shared('deployment-management'),
    build: shared('build'),
    metering: shared('metering'),
  };
}

const kongFile = join(workspace, 'k8s/kong/kong.yml');
const isRoot = String(process.getuid?.() === 0);

const sharedOf = ({ ports, brokers, postgres }: Facts, name: ServiceName): Variables => ({
  PORT: String(ports[name]),
  DATABASE_URL: postgres.urlOf(name),
  ...(brokers === undefined
    ? { BUS: 'embedded', BUS_DATABASE_URL: postgres.urlOf('bus') }
    : { BUS: 'kafka', KAFKA_BROKERS: brokers }),
  LOG_LEVEL: 'warn',
});

function servicesOf({ folder, ports, administrator }: Facts): Record<ServiceName, Variables> {
  const KEY_ENCRYPTION_KEY = randomBytes(32).toString('base64');
  return {
    'user-management': {
      KEY_ENCRYPTION_KEY,
      MAIL_FOLDER: join(folder, 'mail'),
      SIGN_UP: 'open',
      GATEWAY_CONTROL: `unix:${join(folder, 'gateway.sock')}`,
      KONG_FILE: kongFile,
      BOOTSTRAP_ADMIN_EMAIL: administrator.email,
      BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
    },
    'deployment-management': {
      KEY_ENCRYPTION_KEY,
      AGENT_SOCKET: join(folder, 'agent.sock'),
      ROUTER_URL: `http://127.0.0.1:${ports.gateway}`,
      APP_URL_TEMPLATE: `http://{host}:${ports.gateway}`,
    },
    build: {
      DATA_FOLDER: join(folder, 'builds'),
      BLOB_FOLDER: join(folder, 'blobs'),
      ALLOW_LOCAL_SOURCES: 'true',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      ISOLATE_BUILDS: isRoot,
      TOOL_PATH: toolPath(),
    },
    metering: {},
  };
}
