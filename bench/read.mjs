import { Agent, request as send } from 'node:http';
import { awake } from './support/awake.mjs';
import { checkSame } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { pacedTimesOf, timesOf } from './support/load.mjs';
import { inPairs } from './support/pairs.mjs';
import { createDatabase, withPostgres } from './support/postgres.mjs';
import { atMost, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';

export const name = 'an authenticated read of one object, against node:http and pg doing the same';

/** Many short rounds: a neighbour that disturbs one of them moves the median by little. */
const REQUESTS = 1_000;
const ROUNDS_EACH = 3;
/** Until the compiler of both has done its work: the more code passes, the longer it takes, and it is paid once and not by each request. */
const WARM_UP = 20_000;
const FIRST_TIMES = 1_000;
const PER_SECOND = 1_000;
const PROCESSES = new URL('./read/processes.mjs', import.meta.url);

export const run = (options) =>
  withPostgres((postgres) =>
    withChildren(async (start) => {
      const url = await createDatabase(postgres.url, 'read');
      const service = await start(PROCESSES, 'service', url, FIRST_TIMES * (options.rounds + 1));
      const bare = await start(PROCESSES, 'bare', url);
      const series = (count, tokenOf) => ({
        ours: (round) => measure(service, service.ready, count, (number) => tokenOf(number, round)),
        base: (round) => measure(bare, { ...service.ready, ...bare.ready }, count, (number) => tokenOf(number, round)),
      });
      const { tokens } = service.ready;
      const known = series(REQUESTS, (number) => tokens[number % 20]);
      const fresh = series(FIRST_TIMES, (number, round) => tokens[(round + 1) * FIRST_TIMES + number]);
      await checkAnswers(service.ready, bare.ready);
      for (const { url } of [service.ready, bare.ready]) await warmUp(url, service.ready);
      for (const side of [fresh.ours, fresh.base]) await side(-1);
      const [knownPairs, freshPairs] = await awake(async () => [
        await inPairs({ rounds: options.rounds * ROUNDS_EACH }, known),
        await inPairs(options, fresh),
      ]);
      const cpu = { id: 'M4', unit: 'us', goal: atMost(1.35), of: ({ user, system }) => user + system };
      const inUserMode = { id: 'M4', unit: 'us', of: ({ user }) => user };
      return [
        ratioRow({ ...cpu, what: 'CPU per read, token seen before', pairs: knownPairs }),
        ratioRow({ ...inUserMode, what: 'of it in user mode', pairs: knownPairs }),
        ratioRow({ ...cpu, what: 'CPU per read, each token for the first time', pairs: freshPairs }),
        ratioRow({
          id: 'M4',
          what: 'read, 1000 a second, p50',
          unit: 'ms',
          of: ({ times }) => p50(times),
          pairs: knownPairs,
        }),
        ratioRow({
          id: 'M4',
          what: 'read, 1000 a second, p99',
          unit: 'ms',
          of: ({ times }) => p99(times),
          pairs: knownPairs,
        }),
      ];
    }),
  );

async function warmUp(url, { projects, tokens }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 40 });
  const ask = (number) => get(agent, `${url}/v1/projects/${projects[number % projects.length]}`, tokens[number % 20]);
  await timesOf(WARM_UP, 40, ask);
  agent.destroy();
}

/** Microseconds of processor time per request, in user mode and in the kernel, and how long each took. */
async function measure({ ask }, { url, projects }, count, tokenOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const before = await ask('usage');
  const times = await pacedTimesOf(count, PER_SECOND, async (number) => {
    const id = projects[number % projects.length];
    const { status, body } = await get(agent, `${url}/v1/projects/${id}`, tokenOf(number));
    checkSame([status, body.id], [200, id], 'a read');
  });
  const after = await ask('usage');
  agent.destroy();
  return { user: (after.user - before.user) / count, system: (after.system - before.system) / count, times };
}

/** Both answer the same, and neither lets anybody in who must not be. */
async function checkAnswers(service, bare) {
  const [token] = service.tokens;
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  for (const id of service.projects) {
    const [ours, base] = await Promise.all(
      [service, bare].map(({ url }) => get(undefined, `${url}/v1/projects/${id}`, token)),
    );
    checkSame(ours, base, 'the answers of service and bare server');
  }
  for (const { url } of [service, bare])
    checkSame(
      (await get(undefined, `${url}/v1/projects/${service.projects[0]}`, forged)).status,
      401,
      'a forged token',
    );
}

async function get(agent, url, token) {
  const answer = await new Promise((resolve, reject) => {
    send(url, { agent, headers: { authorization: `Bearer ${token}` } }, resolve)
      .once('error', reject)
      .end();
  });
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  const isAnswer = answer.statusCode === 200;
  return { status: answer.statusCode, type: answer.headers['content-type'], body: isAnswer ? JSON.parse(text) : null };
}
