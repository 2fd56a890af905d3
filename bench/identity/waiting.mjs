import { checkSame } from '../support/check.mjs';
import { untilTrue } from '../support/http.mjs';
import { createDatabase, withClient } from '../support/postgres.mjs';
import { atMost, ratioRow } from '../support/rows.mjs';
import { p50, p99 } from '../support/statistics.mjs';
import { ask } from './ask.mjs';

const PROCESSES = new URL('./waiting-processes.mjs', import.meta.url);
const CHANGES = 40;
/** PostgreSQL sends a notification when the transaction commits, and not before. */
const TELL_OF_COMMITS = `
  create function tell() returns trigger language plpgsql as $$
    begin perform pg_notify('bench_commit', new.event->>'organizationid'); return new; end $$;
  create trigger tell after insert on outbox for each row
    when (new.event->>'type' = 'berth.membership.changed.v1') execute function tell()`;

/**
 * A role is changed in one service, and another is asked at once with the `Berth-Access` of the answer: how long that takes,
 * against how long the change itself takes from its commit there to its effect here.
 */
export async function waitingRows(start, serverUrl, options) {
  const [here, there] = [await createDatabase(serverUrl, 'here'), await createDatabase(serverUrl, 'there')];
  const identity = await start(PROCESSES, 'identity', there, there);
  const other = await start(PROCESSES, 'other', here, there);
  const { organizationId, tokens } = identity.ready;
  const token = tokens.accessToken;
  const path = `/v1/projects?organization=${organizationId}`;
  await untilTrue(async () => (await ask(other.ready.url, 'GET', path, { token })).status === 200);
  await withClient(there, (client) => client.query(TELL_OF_COMMITS));
  const pairs = await withListeners(
    [there, 'bench_commit', organizationId],
    [here, 'berth_access', organizationId],
    (committed, effective) => measure(identity, other, { path, here, committed, effective }, options),
  );
  const what = 'what waits for a change, against its event';
  return [
    ratioRow({ id: 'waiting', what: `${what}, p50`, unit: 'ms', goal: atMost(2), of: p50, pairs }),
    ratioRow({ id: 'waiting', what: `${what}, p99`, unit: 'ms', goal: atMost(2), of: p99, pairs }),
  ];
}

/** How long reads waited, and how long the events of the changes before them took, round by round. */
async function measure(identity, other, { path, here, committed, effective }, { rounds }) {
  const { membershipId, tokens } = identity.ready;
  const token = tokens.accessToken;
  let generation = 1;
  const change = async (number) => {
    const [commit, effect] = [committed(), effective()];
    const body = { role: number % 2 === 0 ? 'developer' : 'viewer' };
    const headers = { 'if-match': `"${generation++}"` };
    const changed = await ask(identity.ready.url, 'PATCH', `/v1/memberships/${membershipId}`, { token, body, headers });
    checkSame([changed.status, changed.body.role], [200, body.role], 'a change of a role');
    const access = { 'berth-access': changed.headers['berth-access'] };
    const begun = performance.now();
    const seen = await ask(other.ready.url, 'GET', path, { token, headers: access });
    const waited = performance.now() - begun;
    checkSame(seen.status, 200, 'a read that waits');
    const [from, to] = await Promise.all([commit, effect]);
    checkSame(await identity.ask('roleThere', here), body.role, 'the role after a read that waited for it');
    return { waited, latency: to - from };
  };
  await change(1);
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const changes = [];
    for (let number = 0; number < CHANGES; number++) changes.push(await change(number));
    pairs.push({ ours: changes.map(({ waited }) => waited), base: changes.map(({ latency }) => latency) });
  }
  return pairs;
}

/** Runs `work` with two functions that answer when the next notification comes, as `performance.now()` says. */
async function withListeners(one, other, work) {
  return withClient(one[0], (first) =>
    withClient(other[0], async (second) => work(await listen(first, ...one), await listen(second, ...other))),
  );
}

async function listen(client, _, channel, payload) {
  await client.query(`listen ${channel}`);
  const waiting = [];
  client.on('notification', (note) => {
    if (note.payload === payload) for (const tell of waiting.splice(0)) tell(performance.now());
  });
  return () => new Promise((resolve) => waiting.push(resolve));
}
