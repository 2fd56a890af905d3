// Says on the bus what the service will find there: a process of its own, so that the service's memory is the service's.
import { EmbeddedBus } from '@berth/eventing';
import { Clock, createLogger } from '@berth/service-kit';
import { announce } from '../support/child.mjs';
import { batchesOf, changesOf } from './changes.mjs';

const BATCH = 500;

const [url] = process.argv.slice(2);

const bus = new EmbeddedBus({ url }, new Clock(), createLogger('loader', 'error'));

const messageOf = ({ id, data }) => ({
  topic: 'berth.deployment-management',
  key: data.workloadId,
  event: {
    ...{ specversion: '1.0', id, source: '/berth/deployment-management', subject: data.workloadId },
    ...{ type: 'berth.workload.allocation-changed.v1', time: data.effectiveAt, datacontenttype: 'application/json' },
    ...{ partitionkey: data.workloadId, aggregateversion: data.allocationVersion, epoch: 0, data },
  },
});

async function load(size) {
  for (const batch of batchesOf(changesOf(size), BATCH)) await bus.publish(batch.map(messageOf));
  return true;
}

announce({}, { load });
