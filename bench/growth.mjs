// M11: what a user asks of a platform with 10,000 apps, all in one project, against one with 100, turn and turn about.
import { residentBytes } from './reconcile/processor.mjs';
import { ask } from './identity/ask.mjs';
import { checkSame } from './support/check.mjs';
import { withChildren } from './support/children.mjs';
import { untilTrue } from './support/http.mjs';
import { pacedTimesOf } from './support/load.mjs';
import { inPairs } from './support/pairs.mjs';
import { createDatabase, withPostgres } from './support/postgres.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';
import { p50, p99 } from './support/statistics.mjs';

export const name = 'list, get and deploy among 10,000 apps and among 100';

const [MANY, FEW] = [10_000, 100];
const [PAGE, READS, DEPLOYS] = [50, 500, 20];
const SERVICE = new URL('./growth/service.mjs', import.meta.url);
const GOAL = atMost(1.3);

export const run = (options) =>
  withPostgres(async (postgres) => {
    const counts = [options.workloads ?? MANY, FEW];
    const urls = new Map();
    for (const count of counts) urls.set(count, await createDatabase(postgres.url, `with_${count}`));
    const used = await withChildren(async (start) => {
      const [many, few] = await Promise.all(counts.map((count) => filled(start, urls.get(count), count)));
      const rows = [];
      for (const [what, measure] of [
        [`list, a page of ${PAGE} apps`, list],
        ['get a workload', get],
        ['deploy an image, accepted until live', deploy],
      ])
        rows.push(...(await rowsOf(what, measure, { many, few }, options)));
      return [...rows, memoryRow(many, few)];
    });
    return [...used, await startRow([...urls], options)];
  });

async function filled(start, url, count) {
  const { ready } = await start(SERVICE, url, count, 'filled');
  return { ...ready, count };
}

async function rowsOf(what, measure, { many, few }, options) {
  const sides = { ours: (round) => measure(many, round), base: (round) => measure(few, round) };
  await inPairs({ rounds: 1 }, { ours: () => sides.ours(options.rounds), base: () => sides.base(options.rounds) });
  const pairs = await inPairs(options, sides);
  const row = { id: 'M11', unit: 'ms', goal: GOAL, pairs };
  return [ratioRow({ ...row, what: `${what}, p50`, of: p50 }), ratioRow({ ...row, what: `${what}, p99`, of: p99 })];
}

const list = ({ url, projectId, token }) =>
  pacedTimesOf(READS, 100, async () => {
    const { status, body } = await ask(url, 'GET', `/v1/apps?project=${projectId}&limit=${PAGE}`, { token });
    checkSame([status, body.items?.length ?? body, body.next !== null], [200, PAGE, true], 'a page of apps');
  });

const get = ({ url, token, count }) =>
  pacedTimesOf(READS, 100, async (number) => {
    const id = idOf(1 + ((number * 37) % count));
    const { status, body } = await ask(url, 'GET', `/v1/workloads/${id}`, { token });
    checkSame([status, body.id], [200, id], 'a workload');
  });

/** By the platform's own record. One after the other: each is judged by itself. */
async function deploy({ url, token }, round) {
  const times = [];
  for (let number = 1; number <= DEPLOYS; number++) {
    const path = `/v1/workloads/${idOf(number)}/deployments`;
    const image = `registry.example/bench/shop@sha256:${String(round + 1).padEnd(64, '0')}`;
    const { status, body } = await ask(url, 'POST', path, { token, body: { source: { kind: 'image', image } } });
    checkSame([status, body.status], [202, 'queued'], `an accepted deployment, ${JSON.stringify(body)}`);
    const live = await untilLive(url, token, body.id);
    times.push(Date.parse(live.at) - Date.parse(body.createdAt));
  }
  return times;
}

async function untilLive(url, token, id) {
  let entry;
  await untilTrue(async () => {
    const { body } = await ask(url, 'GET', `/v1/deployments/${id}`, { token });
    if (body.failure) throw new Error(`a deployment failed: ${JSON.stringify(body.failure)}`);
    entry = body.timeline.find(({ to }) => to === 'live');
    return entry !== undefined;
  });
  return entry;
}

const idOf = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** What each app adds, those in the fake world included. */
function memoryRow(many, few) {
  const [more, less] = [many, few].map(({ pid }) => residentBytes(pid) / 1_024);
  const values = [(more - less) / (many.count - few.count)];
  return figureRow({
    id: 'M11',
    what: 'memory of each app, fake world included',
    unit: 'KiB',
    goal: atMost(100),
    values,
  });
}

/** From the service's first statement until it is ready, on a database that has been filled. */
async function startRow([many, few], options) {
  const begin =
    ([count, url]) =>
    () =>
      withChildren(async (start) => (await start(SERVICE, url, count)).ready.milliseconds);
  const pairs = await inPairs(options, { ours: begin(many), base: begin(few) });
  return ratioRow({ id: 'M11', what: 'start of the service until ready', unit: 'ms', goal: GOAL, pairs });
}
