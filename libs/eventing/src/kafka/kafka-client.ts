import { readFileSync } from 'node:fs';
import type { Logger } from '@berth/service-kit';
import { Kafka, logLevel, type logCreator } from 'kafkajs';

export interface KafkaBusOptions {
  readonly clientId: string;
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  /** PEM file of the authority that signed the brokers' certificates; turns TLS on, read anew for each connection. */
  readonly caFile?: string | undefined;
  /** PEM files of our own certificate and its key, for brokers that ask for one; read anew for each connection. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Of topics that are created. Default 8. */
  readonly partitions?: number;
  /** Of topics that are created. Default 1. */
  readonly replicationFactor?: number;
}

/**
 * For a retry setting of kafkajs: tries for ever, until `stopped` aborts. kafkajs knows no way to stop, but compares the
 * number before each try.
 */
export const retriesUntil = (stopped: AbortSignal): number =>
  ({ valueOf: () => (stopped.aborted ? 0 : Number.MAX_SAFE_INTEGER) }) as unknown as number;

/** `retries`: how often a request that no broker answers is tried again before it fails. */
export function kafkaClient(options: KafkaBusOptions, logger: Logger, retries: number): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    logLevel: logLevel.WARN,
    logCreator: logThrough(logger),
    connectionTimeout: 3_000,
    // Often, so that a broker that is back is noticed soon: what lies between two tries does not grow beyond a second.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries },
    ...tlsOf(options),
  });
}

/** kafkajs copies these options when it connects, so a getter is asked each time and a new certificate is seen. */
function tlsOf({ caFile, certFile, keyFile }: KafkaBusOptions) {
  if (caFile === undefined) return {};
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'));
  const ssl = {
    get ca() {
      return read(caFile);
    },
    get cert() {
      return read(certFile);
    },
    get key() {
      return read(keyFile);
    },
  };
  return { ssl };
}

/** Debug only: kafkajs warns and retries where we would, and what it cannot solve it throws. */
const logThrough =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message, error } }) =>
    logger.debug({ namespace, error: error as unknown }, message);
