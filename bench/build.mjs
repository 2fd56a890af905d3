import { join } from 'node:path';
import { makeApp, writeServer } from './build/fixture.mjs';
import { check, checkSame } from './support/check.mjs';
import { deploy, makePlace, makeWorkload } from './support/deploying.mjs';
import { commit } from './support/git.mjs';
import { askApp, logIn } from './support/http.mjs';
import { withFolder, withPlatform } from './support/platform.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';

export const name = 'builds that have built before, against a cold one';

export const run = (options) =>
  withFolder(async (folder) => {
    const repository = join(folder, 'app');
    await makeApp(repository);
    await commit(repository, 'First');
    return withPlatform(join(folder, 'data'), ['--no-example'], async ({ url, administrator }) => {
      const call = await logIn(url, administrator);
      const place = await makePlace(call);
      const rounds = [];
      for (let round = 0; round < options.rounds; round++) {
        const { id } = await makeWorkload(call, place, `app-${round}`, repository);
        rounds.push(await buildThrice(call, id, repository, round));
      }
      return rowsOf(rounds);
    });
  });

/** An app's caches are its own, so the first build of a new app is a cold one. */
async function buildThrice(call, workloadId, repository, round) {
  const built = async () => measured(call, await deploy(call, workloadId));
  const cold = await built();
  await writeServer(repository, `round ${round}`);
  await commit(repository, `Round ${round}`);
  const changed = await built();
  checkSame(JSON.parse((await askApp(changed.url)).body), { text: `round ${round}` }, 'the changed app');
  const unchanged = await built();
  checkSame(
    [cold, changed, unchanged].map(({ reused }) => reused),
    [false, false, true],
    'reused artifacts',
  );
  return { cold, changed, unchanged };
}

/** Of one deployment: milliseconds of its build, and of what came before its first command, by the build's own records. */
async function measured(call, { buildId, url, createdAt }) {
  const build = await call('GET', `/v1/builds/${buildId}`);
  const { items } = await call('GET', `/v1/builds/${buildId}/logs`);
  const command = items.find(({ text }) => text.startsWith('$ '));
  const reused = build.reused;
  const total = Date.parse(build.finishedAt) - Date.parse(createdAt);
  check(total > 0, `the build took ${total} ms`);
  return { reused, url, total, before: command && Date.parse(command.at) - Date.parse(createdAt) };
}

function rowsOf(rounds) {
  const pairs = (ours) => rounds.map((round) => ({ ours: round[ours].total, base: round.cold.total }));
  const row = { id: 'build', unit: 'ms' };
  return [
    ratioRow({ ...row, what: 'source-only change / cold build', goal: atMost(0.2), pairs: pairs('changed') }),
    ratioRow({ ...row, id: 'M8', what: 'unchanged / cold build', goal: atMost(0.1), pairs: pairs('unchanged') }),
    figureRow({
      ...row,
      id: 'M8',
      what: 'queue, clone, detect, until the first command',
      goal: atMost(500),
      values: rounds.map(({ cold }) => cold.before),
    }),
  ];
}
