import { withChildren } from './support/children.mjs';
import { withPostgres } from './support/postgres.mjs';
import { checkRows } from './identity/checks.mjs';
import { memberRows } from './identity/members.mjs';
import { throughputRows, timingRows } from './identity/logins.mjs';
import { refreshRows } from './identity/refresh.mjs';
import { revokingRows } from './identity/revoking.mjs';
import { waitingRows } from './identity/waiting.mjs';

export const name = 'who somebody is and what they may do: logins, tokens, checks, members';

const PARTS = {
  checks: checkRows,
  members: memberRows,
  refresh: refreshRows,
  revoking: revokingRows,
  waiting: waitingRows,
  throughput: throughputRows,
  timing: timingRows,
};

/** Each part has processes of its own, ended before the next begins. `--part checks` runs one of them. */
export async function run(options) {
  const chosen = options.part === undefined ? Object.keys(PARTS) : [options.part];
  const rows = [];
  for (const part of chosen)
    rows.push(...(await withPostgres(({ url }) => withChildren((start) => PARTS[part](start, url, options)))));
  return rows;
}
