import { Clock } from '@berth/service-kit';
import { afterAll, beforeAll } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts Kafka is no library
import { type KafkaNode, startKafka } from '../../../../tools/kafka/kafka.mjs';
import { KafkaBus } from '../../src/kafka/kafka-bus.js';
import { eventBusContract } from '../event-bus.contract.js';
import { spawnMember } from '../spawn-member.js';
import { silent } from '../support.js';

// A node of its own: this suite ends it in the middle.
let kafka: KafkaNode;
beforeAll(async () => {
  kafka = await startKafka();
}, 120_000);
afterAll(() => kafka.stop());

eventBusContract('Kafka', () =>
  Promise.resolve({
    make: () => new KafkaBus({ clientId: 'test', brokers: [kafka.brokers] }, new Clock(), silent),
    restart: async () => {
      await kafka.kill();
      await kafka.start();
    },
    spawnMember: (options) => spawnMember({ ...options, brokers: [kafka.brokers] }),
  }),
);
