import { Clock } from '@berth/service-kit';
import { KafkaBus } from '../../src/kafka/kafka-bus.js';
import { serviceContract } from '../service.contract.js';
import { silent } from '../support.js';

const brokers = [process.env['TEST_KAFKA_BROKERS'] ?? ''];

serviceContract('Kafka', (clientId) => new KafkaBus({ clientId, brokers }, new Clock(), silent));
