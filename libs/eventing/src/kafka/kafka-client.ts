import { type Logger, type TrustFiles, trusting } from '@berth/service-kit';
import { Kafka, logLevel, type logCreator } from 'kafkajs';

/** The file of an authority turns TLS on. kafkajs copies what it is told when it connects, so that a new certificate is seen. */
export interface KafkaBusOptions extends TrustFiles {
  readonly clientId: string;
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
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
    ...trusting(options),
  });
}

/** Debug only: kafkajs warns and retries where we would, and what it cannot solve it throws. */
const logThrough =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message, error } }) =>
    logger.debug({ namespace, error: error as unknown }, message);
