// M3: what workloads cost that nothing happens to: processor time of the service and of its PostgreSQL server together, and
// memory, against the same service without any. And how fast all of them are brought to a runtime that forgot everything.
// The reconcile queue itself runs against the least queue on SKIP LOCKED, which forgets a key when its worker dies.
import { treeCpu } from './reconcile/processor.mjs';
import { check } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { COLLECTED } from './support/held.mjs';
import { inPairs } from './support/pairs.mjs';
import { createDatabase, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow, overheadRow, ratioRow } from './support/rows.mjs';

export const name = 'idle workloads and the reconcile queue';

const WORKLOADS = 5_000;
const KEYS = 4_000;
const WINDOW_SECONDS = 20;
const SERVICE = new URL('./reconcile/service.mjs', import.meta.url);
const QUEUES = new URL('./reconcile/queues.mjs', import.meta.url);

export const run = async (options) => [...(await idleRows(options)), ...(await queueRows(options))];

/** A server each, so that what PostgreSQL does for the one is not taken for the other's. */
const idleRows = (options) =>
  withPostgres((busy) =>
    withPostgres((empty) =>
      withChildren(async (start) => {
        const ours = await startService(start, busy, WORKLOADS);
        const base = await startService(start, empty, 0);
        const pairs = [];
        for (let round = 0; round < options.rounds; round++) pairs.push(await coresOf({ ours, base }));
        const state = await ours.ask('state');
        check(state.ready === WORKLOADS, `${state.ready} of ${WORKLOADS} workloads are ready`);
        check(state.passes > 0, 'no workload was looked at while it was idle');
        const [held, without] = [await ours.ask('held'), await base.ask('held')];
        return [
          overheadRow({ id: 'M3', what: `${WORKLOADS} idle workloads`, unit: 'cores', goal: atMost(0.02), pairs }),
          figureRow({
            id: 'M3',
            what: 'memory of each, fake world included',
            unit: 'KiB',
            goal: atMost(100),
            values: [((held - without) * 1_024) / WORKLOADS],
          }),
          figureRow({
            id: '',
            what: 'told to a runtime that forgot all',
            unit: 'workloads/s',
            values: [ours.ready.perSecond],
          }),
        ];
      }, COLLECTED),
    ),
  );

async function startService(start, postgres, count) {
  const url = await createDatabase(postgres.url, 'idle');
  return { ...(await start(SERVICE, url, count)), postgres };
}

/** Both at the same time: idle, they do not stand in each other's way. */
async function coresOf(sides) {
  const used = () =>
    Promise.all(Object.values(sides).map(async ({ ask, postgres }) => (await ask('cpu')) + treeCpu(postgres.pid)));
  const [before, begun] = [await used(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, WINDOW_SECONDS * 1_000));
  const after = await used();
  const microseconds = (performance.now() - begun) * 1_000;
  const [ours, base] = after.map((each, index) => (each - before[index]) / microseconds);
  return { ours, base };
}

const queueRows = (options) =>
  withPostgres((postgres) =>
    withChildren(async (start) => {
      const side = async (kind) => {
        const { ask } = await start(QUEUES, kind, await createDatabase(postgres.url, kind));
        return async () => {
          const { seconds, done } = await ask('work', KEYS);
          check(done === KEYS, `${done} of ${KEYS} keys were worked on once by ${kind}`);
          return seconds;
        };
      };
      const sides = { ours: await side('berth'), base: await side('bare') };
      await inPairs({ rounds: 1 }, sides);
      const pairs = await inPairs(options, sides);
      return [ratioRow({ id: '', what: `${KEYS} keys through the queue / SKIP LOCKED`, unit: 's', pairs })];
    }),
  );
