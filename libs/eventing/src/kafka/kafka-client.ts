import { readFileSync } from 'node:fs';
import type { Logger } from '@berth/service-kit';
import { Kafka, logLevel, type logCreator } from 'kafkajs';

export interface KafkaBusOptions {
  readonly clientId: string;
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  /** PEM file of the authority that signed the brokers' certificates; turns TLS on, read anew for each connection. */
  readonly caFile?: string | undefined;
  /** Of topics that are created. Default 8. */
  readonly partitions?: number;
  /** Of topics that are created. Default 1. */
  readonly replicationFactor?: number;
}

export function kafkaClient(options: KafkaBusOptions, logger: Logger): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    logLevel: logLevel.WARN,
    logCreator: logThrough(logger),
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    ...(options.caFile === undefined ? {} : { ssl: readAnew(options.caFile) }),
  });
}

/** kafkajs copies these options when it connects, so a getter is asked each time and a new certificate is seen. */
const readAnew = (caFile: string) => ({
  get ca() {
    return readFileSync(caFile, 'utf8');
  },
});

/** Debug only: kafkajs warns and retries where we would, and what it cannot solve it throws. */
const logThrough =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, log: { message, error } }) =>
    logger.debug({ namespace, error: error as unknown }, message);
