// M6, embedded: from the commit of an event to its committed effect in another service, at 1,000 events/s. An effect is a committed row,
// so the base is a row and its NOTIFY in one commit -> LISTEN -> the commit of a row, in order. For information also against a NOTIFY that
// has no effect. Each side is two processes; all share one PostgreSQL server.
import { inPairs } from './support/pairs.mjs';
import { atMost, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';
import { checkEffects, effectTable, execute, LOAD, onStage, warmUp } from './eventing/stage.mjs';

export const name = 'commit -> effect in another service, embedded bus, at 1,000 events/s';
const CONNECTIONS = 10;
const factTable = 'create table fact (seq bigint generated always as identity primary key, id uuid)';

export const run = ({ rounds }) =>
  onStage(['producer', 'consumer', 'bus', 'base', 'deaf'], async ({ urls, start }) => {
    await execute(urls.consumer, [effectTable]);
    for (const url of [urls.base, urls.deaf]) await execute(url, [effectTable, factTable]);
    const ours = await start(berth(urls));
    const base = await start(notify(urls.base, { effect: true }));
    const deaf = await start(notify(urls.deaf, { effect: false }));
    await warmUp([ours, base, deaf]);
    const measure = (side) => () => side.measure(LOAD);
    const pairs = await inPairs({ rounds }, { ours: measure(ours), base: measure(base) });
    const deafPairs = await inPairs({ rounds }, { ours: measure(ours), base: measure(deaf) });
    checkEffects(await ours.table(), 2 * rounds);
    return [
      ...rowsOf('M6', 'embedded bus / NOTIFY with an effect', pairs, atMost(3)),
      ...rowsOf('M6', 'embedded bus / NOTIFY without effect', deafPairs),
    ];
  });

const rowsOf = (id, what, pairs, goal) =>
  Object.entries({ p50, p99 }).map(([quantile, of]) =>
    ratioRow({ id, what: `${what}, ${quantile}`, pairs, of, unit: 'ms', ...(goal ? { goal } : {}) }),
  );

const berth = ({ producer, consumer, bus }) => ({
  producer: {
    side: 'outbox',
    environment: { DATABASE_URL: producer, BUS_DATABASE_URL: bus, DATABASE_POOL: String(CONNECTIONS) },
  },
  consumer: { side: 'handler', environment: { DATABASE_URL: consumer, BUS_DATABASE_URL: bus, ONE_POSTGRES: 'true' } },
});

const notify = (url, { effect }) => ({
  producer: { side: 'notify', url, connections: CONNECTIONS },
  consumer: { side: 'listen', url, effect },
});
