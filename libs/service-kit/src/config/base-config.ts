import { z } from 'zod';
import { outboundHosts } from '../outbound/outbound-hosts.js';

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');

/** What every service is told by its environment. A service adds its own with `baseConfig.extend({...})`. */
export const baseConfig = z.object({
  /**
   * `api` answers requests and does nothing else. `worker` and `both` also run loops and consume events; a `worker` answers
   * requests as well, so that it can be looked after: who wants them apart leads none there.
   */
  ROLE: z.enum(['api', 'worker', 'both']).default('both'),
  HOST: z.string().default('127.0.0.1'),
  /** 0: a free port. */
  PORT: port.default(0),
  /** Addresses or networks of the gateways in front: whose `X-Forwarded-For` is believed. Separated by commas. */
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((each) => each.trim()))
    .transform((proxies) => proxies.filter((each) => each !== '')),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(10),
  /** PEM file of the authority that signed the database's certificate; absent: no TLS unless the URL says so. Read for each connection. */
  DATABASE_CA_FILE: z.string().optional(),
  /** PEM files of this service's own certificate and key, for databases that ask for one. Read for each connection. */
  DATABASE_CERT_FILE: z.string().optional(),
  DATABASE_KEY_FILE: z.string().optional(),
  BUS: z.enum(['embedded', 'kafka']).default('embedded'),
  /** Database of the embedded bus. */
  BUS_DATABASE_URL: z.string().optional(),
  /**
   * The databases of all services and of the embedded bus are on one PostgreSQL server. A crash of it then takes what a
   * consumer committed last only together with the position of the bus: consumers need not wait for its disk.
   */
  ONE_POSTGRES: flag,
  KAFKA_BROKERS: z.string().optional(),
  KAFKA_CA_FILE: z.string().optional(),
  /** PEM files of this service's own certificate and key, for brokers that ask for one. */
  KAFKA_CERT_FILE: z.string().optional(),
  KAFKA_KEY_FILE: z.string().optional(),
  /** PEM files; the service then answers https only. They are read again when they change. */
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  /** TLS ends before this service, and nobody but who ends it reaches it: then it may listen off loopback without a certificate. */
  TLS_ENDS_BEFORE: flag,
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `iss` and `aud` that tokens must carry. */
  TOKEN_ISSUER: z.string().default('berth'),
  TOKEN_AUDIENCE: z.string().default('berth'),
  /** After so many seconds without access.heartbeat, writes and reads of secrets answer 503. */
  ACCESS_STALE_SECONDS: z.coerce.number().positive().default(60),
  /** Nobody does anything but look after their own account without a second factor, whatever an organization asks for. */
  SECOND_FACTOR_REQUIRED: flag,
  /** Only there are requests made that people cause: to git hosts, registries, identity providers and webhooks. */
  OUTBOUND_HOSTS: outboundHosts,
  MIGRATE: flag.default(true),
});
export type BaseConfig = z.infer<typeof baseConfig>;
