// M7: usage events to spans, to prices, to an invoice, as metering does it (bus, inbox, one event after the other), against
// SQL written by hand over rows loaded with COPY, which does the same once and trusts what it is given.
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changesOf } from './metering/changes.mjs';
import { billByHand, makeTables } from './metering/by-hand.mjs';
import { checkSame } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { inPairs } from './support/pairs.mjs';
import { withFolder } from './support/platform.mjs';
import { createDatabase, withClient, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';
import { p50 } from './support/statistics.mjs';

export const name = 'usage events to an invoice, against SQL by hand';

const WORKLOADS = 100;
const CHANGES = 20;
const SPANS = 500_000;
const QUESTIONS = 200;
const EVENTS = WORKLOADS * CHANGES;
const SERVICE = new URL('./metering/service.mjs', import.meta.url);

export const run = (options) =>
  withPostgres((postgres) =>
    withFolder((folder) =>
      withChildren(async (start) => {
        const service = await start(SERVICE, await createDatabase(postgres.url, 'metering'));
        const handUrl = await createDatabase(postgres.url, 'by_hand');
        return withClient(handUrl, async (hand) => {
          await makeTables(hand);
          const memory = [];
          const organizations = Array.from({ length: options.rounds + 1 }, () => randomUUID());
          const sides = {
            ours: async (round) => {
              const billed = await service.ask('bill', { ...sizeOf(organizations[round]) });
              memory.push(billed.residentMebibytes);
              return billed;
            },
            base: (round) => byHand(hand, folder, organizations[round]),
          };
          // Once without measuring: connections, plans and code become warm.
          const [warm] = await inPairs(
            { rounds: 1 },
            { ours: () => sides.ours(options.rounds), base: () => sides.base(options.rounds) },
          );
          const pairs = [warm, ...(await inPairs(options, sides))];
          for (const { ours, base } of pairs) checkSame(ours.net, base.net, 'what the month costs');
          const of = (sample) => sample.milliseconds / EVENTS;
          const row = { id: 'M7', unit: 'ms/event', of };
          const [first, last] = [pairs[1], pairs.at(-1)];
          return [
            ratioRow({ ...row, what: `${EVENTS} events to an invoice`, goal: atMost(2), pairs: pairs.slice(1) }),
            ratioRow({
              ...row,
              what: `the same after ${pairs.length - 1} times as many`,
              goal: atMost(1.3),
              pairs: [{ ours: last.ours, base: first.ours }],
            }),
            await isolationRow(service, organizations[0]),
            figureRow({
              ...{ id: '', what: 'memory of the service, last less first', unit: 'MiB' },
              values: [memory.at(-1) - memory[1]],
            }),
          ];
        });
      }),
    ),
  );

/** What the same question costs when others have used a hundred times as much as before. */
async function isolationRow({ ask }, organizationId) {
  const measure = async () => p50((await ask('usage', { organizationId, count: QUESTIONS })).times);
  const [few, many] = [SPANS / 100, SPANS];
  await ask('neighbours', few);
  await measure();
  const base = await measure();
  await ask('neighbours', many - few);
  await measure();
  const ours = await measure();
  const what = `usage of an organization, ${many} spans of others against ${few}`;
  return ratioRow({ id: 'M7', what, unit: 'ms', goal: atMost(1.3), of: (time) => time, pairs: [{ ours, base }] });
}

const sizeOf = (organizationId) => ({ organizationId, workloads: WORKLOADS, changes: CHANGES });

/** The file is there before the clock starts: COPY reads what somebody else wrote. */
async function byHand(client, folder, organizationId) {
  const file = join(folder, `${organizationId}.csv`);
  const lines = changesOf(sizeOf(organizationId)).map(({ data, id }) =>
    [id, data.workloadId, data.appId, data.allocationVersion, data.effectiveAt, csvOf(data.entries)].join(','),
  );
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o644 });
  try {
    return await billByHand(client, file, organizationId);
  } finally {
    await rm(file);
  }
}

const csvOf = (entries) => `"${JSON.stringify(entries).replaceAll('"', '""')}"`;
