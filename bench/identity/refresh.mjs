import { createDatabase } from '../support/postgres.mjs';
import { inPairs } from '../support/pairs.mjs';
import { atMost, figureRow, overheadRow } from '../support/rows.mjs';
import { median } from '../support/statistics.mjs';

const PROCESSES = new URL('./refresh-processes.mjs', import.meta.url);
const REFRESHES = 200;

/** A refresh, against bare pg that sends the same statements and signs as large a token. */
export async function refreshRows(start, serverUrl, options) {
  const url = await createDatabase(serverUrl, 'refresh');
  const service = await start(PROCESSES, 'service', url);
  const bare = await start(PROCESSES, 'bare', url, JSON.stringify(service.ready));
  const sides = { ours: () => service.ask('refresh', REFRESHES), base: () => bare.ask('refresh', REFRESHES) };
  await inPairs({ rounds: 1 }, sides);
  const pairs = await inPairs(options, {
    ...sides,
    base: async () => ({ ...(await sides.base()), statement: await bare.ask('statement', REFRESHES) }),
  });
  const beyond = pairs.map(({ ours, base }) => (median(ours.times) - median(base.times)) / median(base.statement));
  const what = `refresh (${service.ready.statements.length} statements)`;
  const of = ({ times }) => median(times);
  return [
    overheadRow({ id: 'refresh', what: `${what} beyond bare pg and a signature, p50`, unit: 'ms', of, pairs }),
    figureRow({ id: 'refresh', what: 'the same, in statements', unit: 'statements', goal: atMost(2), values: beyond }),
  ];
}
