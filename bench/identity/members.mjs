import { checkSame } from '../support/check.mjs';
import { pacedTimesOf } from '../support/load.mjs';
import { inPairs } from '../support/pairs.mjs';
import { createDatabase } from '../support/postgres.mjs';
import { atMost, ratioRow } from '../support/rows.mjs';
import { p50, p99 } from '../support/statistics.mjs';
import { ask } from './ask.mjs';

const PROCESSES = new URL('./processes.mjs', import.meta.url);
const [MANY, FEW, PAGE, LISTS] = [100_000, 100, 50, 300];

/** Pages of the members of an organization that has everybody on the platform in it. */
export async function memberRows(start, serverUrl, options) {
  const many = await start(PROCESSES, 'organization', await createDatabase(serverUrl, 'many'), MANY);
  const few = await start(PROCESSES, 'organization', await createDatabase(serverUrl, 'few'), FEW);
  const list = ({ ready }) =>
    pacedTimesOf(LISTS, 100, async () => {
      const path = `/v1/memberships?organization=${ready.organizationId}&limit=${PAGE}`;
      const { status, body } = await ask(ready.url, 'GET', path, { token: ready.tokens.accessToken });
      checkSame([status, body.items?.length ?? body, body.next !== null], [200, PAGE, true], 'a page of members');
    });
  const sides = { ours: () => list(many), base: () => list(few) };
  await inPairs({ rounds: 1 }, sides);
  const pairs = await inPairs(options, sides);
  const what = `a page of ${PAGE} members, ${MANY} people against ${FEW}`;
  return [
    ratioRow({ id: 'members', what: `${what}, p50`, unit: 'ms', of: p50, pairs }),
    ratioRow({ id: 'members', what: `${what}, p99`, unit: 'ms', goal: atMost(1.3), of: p99, pairs }),
  ];
}
