import { randomInt } from 'node:crypto';
import { check, checkSame } from '../support/check.mjs';
import { createDatabase } from '../support/postgres.mjs';
import { atLeast, atMost, figureRow, ratioRow } from '../support/rows.mjs';
import { distance, median, p50, p99 } from '../support/statistics.mjs';
import { pacedTimesOf, timesOf } from '../support/load.mjs';
import { inPairs } from '../support/pairs.mjs';
import { ask } from './ask.mjs';
import { emailOf, PASSWORD } from './people.mjs';

const PROCESSES = new URL('./processes.mjs', import.meta.url);
const LOGINS_A_ROUND = 16;
const READS_A_SECOND = 50;

/** A lower cost than that of production makes a difference weigh more. The same wrong password for addresses that are known and for others, in an order that nobody can foresee. */
export async function timingRows(start, serverUrl, { logins, cost }) {
  const service = await start(PROCESSES, 'people', await createDatabase(serverUrl, 'timing'), logins, cost);
  const times = { known: [], unknown: [] };
  const answers = new Set();
  const tryLogin = async (kind, email) => {
    const body = { email, password: 'not the password of anybody' };
    const begun = performance.now();
    const { status, body: answer } = await ask(service.ready.url, 'POST', '/v1/auth/login', { body });
    times[kind].push(performance.now() - begun);
    answers.add(JSON.stringify({ ...answer, status, correlationId: undefined }));
  };
  await tryLogin('known', emailOf(0));
  await tryLogin('unknown', 'nobody@bench.example');
  times.known.length = times.unknown.length = 0;
  for (let number = 0; number < logins; number++) {
    const pair = [
      ['known', emailOf(number)],
      ['unknown', `nobody-${number}@bench.example`],
    ];
    for (const [kind, email] of randomInt(2) === 0 ? pair : pair.reverse()) await tryLogin(kind, email);
  }
  check(answers.size === 1, `logins are answered in ${answers.size} ways: ${[...answers].join(' ')}`);
  const { known, unknown } = times;
  const difference = (100 * Math.abs(median(known) - median(unknown))) / median(unknown);
  const what = `${logins} logins each of cost ${cost}, known and unknown`;
  return [
    figureRow({ id: 'login', what: `${what}: medians differ by`, unit: '%', goal: atMost(2), values: [difference] }),
    figureRow({
      id: 'login',
      what: `${what}: Kolmogorov-Smirnov`,
      unit: '',
      goal: atMost(0.08),
      values: [distance(known, unknown)],
    }),
    ratioRow({ id: 'login', what: `${what}: p50`, unit: 'ms', of: p50, pairs: [{ ours: known, base: unknown }] }),
  ];
}

/** Logins as fast as they go, against bcrypt alone; and what reads take meanwhile, against what they take when it is quiet. */
export async function throughputRows(start, serverUrl, options) {
  const service = await start(PROCESSES, 'people', await createDatabase(serverUrl, 'throughput'), 100, options.cost);
  const hashes = await start(PROCESSES, 'hashes', '', 0, options.cost);
  const { url, tokens } = service.ready;
  const { slots } = hashes.ready;
  const logIn = async (number) => {
    const body = { email: emailOf(number % 100), password: PASSWORD };
    checkSame((await ask(url, 'POST', '/v1/auth/login', { body })).status, 200, 'a login');
  };
  const readsDuring = async (milliseconds) =>
    pacedTimesOf(Math.ceil((milliseconds / 1_000) * READS_A_SECOND), READS_A_SECOND, async () => {
      const { status, body } = await ask(url, 'GET', '/v1/me', { token: tokens.accessToken });
      checkSame([status, body.email], [200, emailOf(0)], 'a read');
    });
  const loginsAlone = async () => {
    const begun = performance.now();
    await timesOf(LOGINS_A_ROUND, slots + 2, logIn);
    return LOGINS_A_ROUND / ((performance.now() - begun) / 1_000);
  };
  const count = LOGINS_A_ROUND;
  await loginsAlone();
  const rates = await inPairs(options, {
    ours: loginsAlone,
    base: async () => count / (await hashes.ask('compareMany', count)),
  });
  const reads = await inPairs(options, {
    ours: async () => {
      const [times] = await Promise.all([readsDuring(4_000), timesOf(LOGINS_A_ROUND, slots + 2, logIn)]);
      return times;
    },
    base: () => readsDuring(4_000),
  });
  return [
    ratioRow({ id: 'M9', what: 'logins, against bcrypt alone', unit: '/s', goal: atLeast(0.9), pairs: rates }),
    ratioRow({ id: 'M9', what: 'read while people log in, p50', unit: 'ms', of: p50, pairs: reads }),
    ratioRow({ id: 'M9', what: 'read while people log in, p99', unit: 'ms', goal: atMost(1.5), of: p99, pairs: reads }),
  ];
}
