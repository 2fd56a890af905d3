import { checkSame } from '../support/check.mjs';
import { untilTrue } from '../support/http.mjs';
import { createDatabase } from '../support/postgres.mjs';
import { atMost, figureRow } from '../support/rows.mjs';
import { p50 } from '../support/statistics.mjs';
import { ask } from './ask.mjs';

const PROCESSES = new URL('./waiting-processes.mjs', import.meta.url);
const SESSIONS = 40;

/**
 * A session is ended in one service, and two replicas of another are asked with its token until both refuse it: P9 promises
 * a second from the answer that ended it.
 */
export async function revokingRows(start, serverUrl, { rounds }) {
  const [here, there] = [await createDatabase(serverUrl, 'here'), await createDatabase(serverUrl, 'there')];
  const identity = await start(PROCESSES, 'identity', there, there);
  const replicas = [await start(PROCESSES, 'other', here, there), await start(PROCESSES, 'other', here, there)];
  const { organizationId, tokens } = identity.ready;
  const path = `/v1/projects?organization=${organizationId}`;
  const answers = (token) => Promise.all(replicas.map(({ ready }) => statusOf(ready.url, path, token)));
  await untilTrue(async () => (await answers(tokens.accessToken)).every((status) => status === 200));

  const revoke = async () => {
    const token = (await identity.ask('session')).accessToken;
    checkSame(await answers(token), [200, 200], 'a session that has begun');
    const { sid } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    const ended = await ask(identity.ready.url, 'DELETE', `/v1/sessions/${sid}`, { token: tokens.accessToken });
    const begun = performance.now();
    checkSame(ended.status, 204, 'the end of a session');
    await untilTrue(async () => (await answers(token)).every((status) => status === 401));
    return performance.now() - begun;
  };
  const medians = [];
  const worst = [];
  for (let round = 0; round < rounds; round++) {
    const took = [];
    for (let number = 0; number < SESSIONS; number++) took.push(await revoke());
    medians.push(p50(took));
    worst.push(Math.max(...took));
  }
  const what = 'until an ended session is refused by both replicas of another service';
  return [
    figureRow({ id: 'P9', what: `${what}, p50`, unit: 'ms', values: medians }),
    figureRow({ id: 'P9', what: `${what}, worst of ${SESSIONS}`, unit: 'ms', goal: atMost(1_000), values: worst }),
  ];
}

const statusOf = async (url, path, token) => (await ask(url, 'GET', path, { token })).status;
