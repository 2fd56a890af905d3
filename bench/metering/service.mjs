import { TestIdentity } from '@berth/access/testing';
import { metering } from '@berth/metering';
import { Database, startService } from '@berth/service-kit';
import { announce } from '../support/child.mjs';
import { checkSame } from '../support/check.mjs';
import { untilTrue } from '../support/http.mjs';
import { timesOf } from '../support/load.mjs';
import { addNeighbours } from './neighbours.mjs';

const [url] = process.argv.slice(2);
const service = await startService(metering, { DATABASE_URL: url, BUS_DATABASE_URL: url, LOG_LEVEL: 'error' });
const database = service.app.get(Database);
const identity = await TestIdentity.create(database);
const administrator = await identity.token({ administrator: true, expiresIn: 86_400 });

/** Held, no event of an organization is accepted: they wait on the bus, as rows wait in the file that COPY reads. */
const holdSql = `select pg_advisory_lock(hashtextextended($1, 7163600010))`;
const releaseSql = `select pg_advisory_unlock_all()`;
const holder = await database.dataSource.driver.master.connect();

const hold = async ({ organizationId }) => {
  await holder.query(holdSql, [organizationId]);
  return true;
};

/** Waits until all usage of the organization took effect, and asks for the invoice of the month, which is not over. */
async function bill(size) {
  const begun = performance.now();
  await holder.query(releaseSql);
  await untilTrue(() => isApplied(size), { within: 3_600_000, every: 20 });
  const accepted = performance.now();
  const { totals } = await get(`/v1/invoices/preview?organization=${size.organizationId}`);
  const milliseconds = performance.now() - begun;
  const inTurn = { accepting: accepted - begun, rating: milliseconds - (accepted - begun) };
  return { milliseconds, ...inTurn, net: totals.net };
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

announce({ pid: process.pid }, { hold, bill, usage, neighbours });
