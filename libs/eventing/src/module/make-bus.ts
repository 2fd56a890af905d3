import { type BaseConfig, type Clock, databaseTrust, type Logger } from '@berth/service-kit';
import type { EventBus } from '../bus/event-bus.js';
import { EmbeddedBus } from '../embedded/embedded-bus.js';

/**
 * The bus that the configuration names; kafkajs, a fifth of a second of a start, is loaded only for it.
 * @throws Error when its address is missing, or it is told to have no place of its own
 */
export async function makeBus(name: string, config: BaseConfig, clock: Clock, logger: Logger): Promise<EventBus> {
  if (config.BUS === 'embedded') {
    const url = config.BUS_DATABASE_URL ?? config.DATABASE_URL;
    return new EmbeddedBus({ url, ...databaseTrust(config) }, clock, logger);
  }
  if (config.ONE_POSTGRES) throw new Error('ONE_POSTGRES is true, which is for BUS=embedded only.');
  const brokers = (config.KAFKA_BROKERS ?? '').split(',').filter((broker) => broker !== '');
  if (brokers.length === 0) throw new Error('BUS is kafka, so KAFKA_BROKERS must name at least one host:port.');
  const { KAFKA_CA_FILE: caFile, KAFKA_CERT_FILE: certFile, KAFKA_KEY_FILE: keyFile } = config;
  const { KafkaBus } = await import('../kafka/kafka-bus.js');
  return new KafkaBus({ clientId: name, brokers, caFile, certFile, keyFile }, clock, logger);
}
