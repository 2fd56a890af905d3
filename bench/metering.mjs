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
import { inPairs } from './support/pairs.mjs';
import { withFolder } from './support/platform.mjs';
import { createDatabase, withClient, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';
import { p50 } from './support/statistics.mjs';

export const name = 'usage events to an invoice, against SQL by hand';

const QUESTIONS = 200;
const SERVICE = new URL('./metering/service.mjs', import.meta.url);
const LOADER = new URL('./metering/loader.mjs', import.meta.url);

export const run = (options) =>
  withPostgres((postgres) =>
    withFolder((folder) =>
      withChildren(async (start) => {
        const url = await createDatabase(postgres.url, 'metering');
        const service = await start(SERVICE, url);
        const loader = await start(LOADER, url);
        const handUrl = await createDatabase(postgres.url, 'by_hand');
        return withClient(handUrl, async (hand) => {
          await makeTables(hand);
          const sides = sidesOf({ service, loader, hand, folder }, sizesOf(options));
          // Once without measuring: connections, plans and code become warm.
          const [warm] = await inPairs({ rounds: 1 }, { ours: () => sides.ours(0), base: () => sides.base(0) });
          const measured = { ours: (round) => sides.ours(round + 1), base: (round) => sides.base(round + 1) };
          const pairs = await inPairs(options, measured);
          for (const { ours, base } of [warm, ...pairs]) checkSame(ours.net, base.net, 'what the month costs');
          const small = sizeOf(randomUUID(), 2_000);
          await ours({ service, loader }, small);
          const rows = rowsOf(pairs, warm, options);
          return [...rows, await isolationRow(service, small.organizationId, options)];
        });
      }),
    ),
  );

/** An organization for each round; a small one to become warm. */
const sizesOf = ({ rounds, events }) =>
  Array.from({ length: rounds + 1 }, (_, index) => sizeOf(randomUUID(), index === 0 ? 2_000 : events));

const sizeOf = (organizationId, events) => {
  const workloads = Math.min(1_000, Math.ceil(events / 20));
  return { organizationId, workloads, changes: Math.ceil(events / workloads), until: Date.now() };
};

const sidesOf = ({ service, loader, hand, folder }, sizes) => ({
  ours: (round) => ours({ service, loader }, sizes[round]),
  base: (round) => byHand(hand, folder, sizes[round]),
});

async function ours({ service, loader }, size) {
  await service.ask('hold', size);
  await loader.ask('load', size);
  return service.ask('bill', size);
}

function rowsOf(pairs, warm, { events }) {
  const row = { id: 'M7', unit: 'ms/event' };
  const [first, last] = [pairs[0], pairs.at(-1)];
  const part = (what, of) =>
    figureRow({ id: '', what, unit: 'ms/event', values: pairs.map(({ ours }) => of(ours) / events) });
  return [
    ratioRow({
      ...row,
      what: `${events} events to an invoice`,
      goal: atMost(2),
      pairs,
      of: (side) => side.milliseconds / events,
    }),
    part('of it: accepted, spans', ({ accepting }) => accepting),
    part('of it: rated, hashed', ({ rating }) => rating),
    ratioRow({
      ...{ ...row, what: `the same after ${pairs.length} times as many`, goal: atMost(1.3) },
      ...{ pairs: [{ ours: last.ours, base: first.ours }], of: (side) => side.milliseconds / events },
    }),
    figureRow({
      ...{ id: '', what: 'most memory of the service, last less warm', unit: 'MiB' },
      values: [last.ours.peakMebibytes - warm.ours.peakMebibytes],
    }),
  ];
}

/** What the same question costs when others have a hundred times as many spans as before. */
async function isolationRow({ ask }, organizationId, { spans }) {
  const measure = async () => p50((await ask('usage', { organizationId, count: QUESTIONS })).times);
  const [few, many] = [spans / 100, spans];
  await ask('neighbours', few);
  await measure();
  const base = await measure();
  await ask('neighbours', many - few);
  await measure();
  const ours = await measure();
  const what = `usage of an organization, ${many} spans of others against ${few}`;
  return ratioRow({ id: 'M7', what, unit: 'ms', goal: atMost(1.3), of: (time) => time, pairs: [{ ours, base }] });
}

/** The file is there before the clock starts: COPY reads what somebody else wrote. */
async function byHand(client, folder, size) {
  const file = join(folder, `${size.organizationId}.csv`);
  await writeLines(file, changesOf(size), ({ data, id }) =>
    [id, data.workloadId, data.appId, data.allocationVersion, data.effectiveAt, csvOf(data.entries)].join(','),
  );
  try {
    return await billByHand(client, file, size.organizationId);
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
