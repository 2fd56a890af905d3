// M7: usage events to spans, to prices, to an invoice, as metering does it (bus, log of accepted events, spans, hash over
// them), against SQL written by hand over rows loaded with COPY, which does the same once and trusts what it is given.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { batchesOf, changesOf } from './metering/changes.mjs';
import { billByHand, makeTables } from './metering/by-hand.mjs';
import { checkSame } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { COLLECTED } from './support/held.mjs';
import { inPairs } from './support/pairs.mjs';
import { withFolder } from './support/platform.mjs';
import { createDatabase, withClient, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';
import { processorTimeOf, watchingMemory } from './support/resources.mjs';
import { p50 } from './support/statistics.mjs';

export const name = 'usage events to an invoice, against SQL by hand';

const QUESTIONS = 20;
const ROUNDS_OF_QUESTIONS = 20;
const SERVICE = new URL('./metering/service.mjs', import.meta.url);
const LOADER = new URL('./metering/loader.mjs', import.meta.url);

export const run = (options) =>
  withPostgres((postgres) =>
    withFolder((folder) =>
      withChildren(async (start) => {
        const ours = await platformOf('metering', postgres, start);
        const handUrl = await createDatabase(postgres.url, 'by_hand');
        const rows = await withClient(handUrl, (hand) => invoiceRows({ ours, hand, folder, postgres }, options));
        return [...rows, await isolationRow({ few: ours, start, postgres }, options)];
      }, COLLECTED),
    ),
  );

/** Metering on a database of its own, and what says things on its bus. */
async function platformOf(database, postgres, start) {
  const url = await createDatabase(postgres.url, database);
  return { service: await start(SERVICE, url), loader: await start(LOADER, url) };
}

async function invoiceRows({ ours, hand, folder, postgres }, options) {
  await makeTables(hand);
  const sides = sidesOf({ ours, hand, folder, postgres }, sizesOf(options));
  // Once without measuring: connections, plans and code become warm.
  const [warm] = await inPairs({ rounds: 1 }, { ours: () => sides.ours(0), base: () => sides.base(0) });
  const measured = { ours: (round) => sides.ours(round + 1), base: (round) => sides.base(round + 1) };
  const pairs = await inPairs(options, measured);
  for (const { ours: bill, base } of [warm, ...pairs]) checkSame(bill.net, base.net, 'what the month costs');
  return rowsOf(pairs, warm.ours, options);
}

/** An organization for each round; a smaller one to become warm, whose memory that of the others is compared with. */
const sizesOf = ({ rounds, events }) =>
  Array.from({ length: rounds + 1 }, (_, index) => sizeOf(randomUUID(), index === 0 ? events / 10 : events));

const sizeOf = (organizationId, events) => {
  const workloads = Math.min(1_000, Math.ceil(events / 20));
  return { organizationId, workloads, changes: Math.ceil(events / workloads), until: Date.now() };
};

const sidesOf = ({ ours, hand, folder, postgres }, sizes) => ({
  ours: (round) => billed(ours, sizes[round], postgres),
  base: (round) => byHand(hand, folder, sizes[round], postgres),
});

/** `processor`: milliseconds of all processes that take part. `database`: what PostgreSQL held meanwhile. */
async function billed({ service, loader }, size, postgres) {
  const pids = [service.ready.pid, postgres.pid];
  await service.ask('hold', size);
  await loader.ask('load', size);
  const work = () => spending(pids, () => service.ask('bill', size));
  const { answer, samples } = await watchingMemory([postgres.pid], work);
  return { ...answer, database: samples[0] };
}

async function spending(pids, work) {
  const spent = () => pids.reduce((sum, pid) => sum + processorTimeOf(pid), 0);
  const before = spent();
  const { looked = 0, ...answer } = await work();
  return { ...answer, processor: spent() - before - looked };
}

function rowsOf(pairs, warm, { events }) {
  const row = { id: 'M7', unit: 'ms/event' };
  const [first, last] = [pairs[0], pairs.at(-1)];
  const part = (what, of) =>
    figureRow({ id: '', what, unit: 'ms/event', values: pairs.map(({ ours }) => of(ours) / events) });
  const memory = (what, both) =>
    ratioRow({ id: 'M7', unit: 'MiB', what, goal: atMost(1.1), pairs: pairs.map(({ ours }) => both(ours)) });
  return [
    ratioRow({
      ...row,
      what: `${events} events to an invoice`,
      goal: atMost(2),
      pairs,
      of: (side) => side.milliseconds / events,
    }),
    ratioRow({ ...row, what: 'the same, processor time of all', pairs, of: (side) => side.processor / events }),
    part('of it: accepted, spans', ({ accepting }) => accepting),
    part('of it: rated, hashed', ({ rating }) => rating),
    ratioRow({
      ...{ ...row, what: `the same after ${pairs.length} times as many`, goal: atMost(1.3) },
      ...{ pairs: [{ ours: last.ours, base: first.ours }], of: (side) => side.processor / events },
    }),
    ratioRow({
      ...{ ...row, what: `the invoice run after ${pairs.length} times as many`, goal: atMost(1.3) },
      ...{ pairs: [{ ours: last.ours, base: first.ours }], of: (side) => side.rating / events },
    }),
    memory(`held by the service after half of ${events} events against after a tenth`, ({ held }) => ({
      ...{ ours: held.whileAccepting[0.5], base: held.whileAccepting[0.1] },
    })),
    memory(`held when all are accepted and while they are rated, ${events} against ${events / 10}`, ({ held }) => ({
      ...{ ours: mostOf(held), base: mostOf(warm.held) },
    })),
    memory(`held by PostgreSQL beside its shared buffers, the last tenth of ${events} against the second`, (side) => ({
      ...{ ours: middleOf(side, 0.9), base: middleOf(side, 0.1) },
    })),
  ];
}

/**
 * What PostgreSQL held most of the time (the median) in a tenth of the time in which events were accepted, from the share
 * `from` of it on: the most is what some connections were in the middle of by chance. In the first tenth those of a pool are
 * still being opened.
 */
const middleOf = ({ accepting, database }, from) =>
  p50(
    database
      .filter(({ at }) => at >= from * accepting && at < (from + 0.1) * accepting)
      .map(({ mebibytes }) => mebibytes),
  );

/** At the end nothing is on its way: what is held then is held for good. */
const mostOf = ({ whileAccepting, whileRating }) => Math.max(whileAccepting[1], whileRating);

/**
 * What the same question costs where others have a hundred times as many spans. Two platforms on one server, asked turn and
 * turn about: what else the machine does troubles both alike.
 */
async function isolationRow({ few, start, postgres }, { spans }) {
  const many = await platformOf('crowded', postgres, start);
  const size = sizeOf(randomUUID(), 2_000);
  const answers = [];
  for (const [platform, neighbours] of [
    [few, spans / 100],
    [many, spans],
  ]) {
    answers.push((await billed(platform, size, postgres)).net);
    await platform.service.ask('neighbours', neighbours);
  }
  checkSame(answers[1], answers[0], 'what the month costs among others');
  const ask =
    ({ service }) =>
    async () =>
      p50((await service.ask('usage', { ...size, count: QUESTIONS })).times);
  const sides = { ours: ask(many), base: ask(few) };
  await inPairs({ rounds: 1 }, sides);
  const what = `usage of an organization, ${spans} spans of others against ${spans / 100}`;
  return ratioRow({
    id: 'M7',
    what,
    unit: 'ms',
    goal: atMost(1.3),
    pairs: await inPairs({ rounds: ROUNDS_OF_QUESTIONS }, sides),
  });
}

/** The file is there before the clock starts: COPY reads what somebody else wrote. */
async function byHand(client, folder, size, { pid }) {
  const file = join(folder, `${size.organizationId}.csv`);
  await writeLines(file, changesOf(size), ({ data, id }) =>
    [id, data.workloadId, data.appId, data.allocationVersion, data.effectiveAt, csvOf(data.entries)].join(','),
  );
  try {
    return await spending([pid], () => billByHand(client, file, size.organizationId));
  } finally {
    await rm(file);
  }
}

async function writeLines(file, items, lineOf) {
  const stream = createWriteStream(file, { mode: 0o644 });
  for (const batch of batchesOf(items, 1_000))
    if (!stream.write(batch.map((item) => `${lineOf(item)}\n`).join(''))) await once(stream, 'drain');
  stream.end();
  await once(stream, 'close');
}

const csvOf = (entries) => `"${JSON.stringify(entries).replaceAll('"', '""')}"`;
