import { TestIdentity } from '@berth/access/testing';
import { metering } from '@berth/metering';
import { Database, startService } from '@berth/service-kit';
import { announce } from '../support/child.mjs';
import { checkSame } from '../support/check.mjs';
import { heldNow, lookedUntilNow, watchingHeld } from '../support/held.mjs';
import { untilTrue } from '../support/http.mjs';
import { timesOf } from '../support/load.mjs';
import { addNeighbours } from './neighbours.mjs';

/** How often it is asked whether all took effect: oftener, what asks takes a share of the time that is measured. */
const MILLISECONDS_BETWEEN = 100;

/** Shares of the events after which it is looked what is held. */
const POINTS = [0.1, 0.5, 1];

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

/**
 * Waits until all usage of the organization took effect, and asks for the invoice of the month, which is not over. `held`:
 * MiB while events are accepted, by the share of them that were, and the most of them while they are rated. Looking for it is
 * no part of the time; `looked` says how much of the process's it took.
 */
async function bill(size) {
  const before = lookedUntilNow();
  const begun = performance.now();
  await holder.query(releaseSql);
  const whileAccepting = await heldUntilApplied(size);
  const accepting = performance.now() - begun - (lookedUntilNow().milliseconds - before.milliseconds);
  const { answer, most } = await watchingHeld(() => get(`/v1/invoices/preview?organization=${size.organizationId}`));
  const after = lookedUntilNow();
  const milliseconds = performance.now() - begun - (after.milliseconds - before.milliseconds);
  const inTurn = { accepting, rating: milliseconds - accepting, looked: after.processor - before.processor };
  return { milliseconds, ...inTurn, net: answer.totals.net, held: { whileAccepting, whileRating: most } };
}

async function heldUntilApplied(size) {
  const held = {};
  for (const point of POINTS) {
    await untilTrue(async () => (await appliedOf(size)) >= point, { within: 3_600_000, every: MILLISECONDS_BETWEEN });
    held[point] = heldNow();
  }
  return held;
}

/** The share of the events of an organization that took effect: their versions are counted from 1. */
async function appliedOf({ organizationId, workloads, changes }) {
  const sql = 'select coalesce(sum(version), 0)::int as applied from metered_workload where organization_id = $1';
  const [{ applied }] = await database.query(sql, [organizationId]);
  return applied / (workloads * changes);
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
