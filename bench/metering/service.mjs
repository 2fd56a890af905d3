import { TestIdentity } from '@berth/access/testing';
import { EVENT_BUS } from '@berth/eventing';
import { metering } from '@berth/metering';
import { Database, startService } from '@berth/service-kit';
import { announce } from '../support/child.mjs';
import { checkSame } from '../support/check.mjs';
import { untilTrue } from '../support/http.mjs';
import { timesOf } from '../support/load.mjs';
import { changesOf } from './changes.mjs';
import { addNeighbours } from './neighbours.mjs';

const BATCH = 500;

const [url] = process.argv.slice(2);
const service = await startService(metering, { DATABASE_URL: url, BUS_DATABASE_URL: url, LOG_LEVEL: 'error' });
const database = service.app.get(Database);
const bus = service.app.get(EVENT_BUS);
const identity = await TestIdentity.create(database);
const administrator = await identity.token({ administrator: true, expiresIn: 86_400 });

const messageOf = ({ id, data }) => ({
  topic: 'berth.deployment-management',
  key: data.workloadId,
  event: {
    ...{ specversion: '1.0', id, source: '/berth/deployment-management', subject: data.workloadId },
    ...{ type: 'berth.workload.allocation-changed.v1', time: data.effectiveAt, datacontenttype: 'application/json' },
    ...{ partitionkey: data.workloadId, aggregateversion: data.allocationVersion, epoch: 0, data },
  },
});

/** Says usage on the bus, waits until all of it took effect, and asks for the invoice of the month, which is not over. */
async function bill(size) {
  const messages = changesOf(size).map(messageOf);
  const begun = performance.now();
  for (let at = 0; at < messages.length; at += BATCH) await bus.publish(messages.slice(at, at + BATCH));
  await untilTrue(() => isApplied(size), { within: 600_000, every: 20 });
  const { totals } = await get(`/v1/invoices/preview?organization=${size.organizationId}`);
  const milliseconds = performance.now() - begun;
  return { milliseconds, net: totals.net, residentMebibytes: process.memoryUsage().rss / 2 ** 20 };
}

async function isApplied({ organizationId, workloads, changes }) {
  const sql = 'select count(*)::int as done from metered_workload where organization_id = $1 and version = $2';
  const [row] = await database.query(sql, [organizationId, changes]);
  return row.done === workloads;
}

async function get(path) {
  const response = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${administrator}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** How long each of so many questions for the usage of one organization takes, in milliseconds. */
async function usage({ organizationId, count }) {
  const path = `/v1/usage?organization=${organizationId}&by=process`;
  const answer = await get(path);
  const times = await timesOf(count, 1, async () => checkSame((await get(path)).items, answer.items, 'usage'));
  return { times, lines: answer.items.length };
}

const neighbours = async (spans) => {
  await addNeighbours(database, spans);
  return true;
};

announce({}, { bill, usage, neighbours });
