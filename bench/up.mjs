import { PostgresServer } from '@berth/local-postgres';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { check } from './support/check.mjs';
import { askApp, untilTrue } from './support/http.mjs';
import { inPairs } from './support/pairs.mjs';
import { outputUntil, withFolder, withPlatform } from './support/platform.mjs';
import { atMost, figureRow, ratioRow } from './support/rows.mjs';

export const name = '`npm run up`, against a bare PostgreSQL start and a bare NestJS start';

export const run = (options) =>
  withFolder(async (folder) => {
    const [data, bare] = [join(folder, 'data'), join(folder, 'bare')];
    const { first, host } = await withPlatform(data, [], async ({ exampleUrl, milliseconds }) => {
      await untilAnswering(exampleUrl);
      return { first: milliseconds, host: new URL(exampleUrl).hostname };
    });
    const empty = await inPairs(options, {
      ours: () => withFolder((fresh) => withPlatform(fresh, ['--no-example'], started)),
      base: () => withFolder((fresh) => bareStart(fresh)),
    });
    await bareStart(bare);
    const again = await inPairs(options, {
      ours: () => withPlatform(data, [], (platform) => startedWithApp(platform, host)),
      base: () => bareStart(bare),
    });
    const ready = { id: 'M12', unit: 'ms', of: ({ milliseconds }) => milliseconds };
    const memory = { id: 'M12', unit: 'MB', goal: atMost(600) };
    const live = again.map(({ ours }) => ours.appAnswers);
    return [
      ratioRow({ ...ready, what: 'first start, empty folder, until ready', goal: atMost(3), pairs: empty }),
      ratioRow({ ...ready, what: 'second start, with data and an app, until ready', goal: atMost(3), pairs: again }),
      figureRow({ id: 'M12', unit: 'ms', what: 'second start, from ready until the app answers', values: live }),
      figureRow({ id: 'M12', unit: 'ms', what: 'first start with the example deployed', values: [first] }),
      figureRow({ ...memory, what: 'memory of all processes, no app', values: empty.map(({ ours }) => ours.memory) }),
      figureRow({ ...memory, what: 'memory of all processes, an app', values: again.map(({ ours }) => ours.memory) }),
    ];
  });

async function started({ url, milliseconds, memory }) {
  const { status } = await fetch(`${url}/openapi.json`);
  check(status === 200, `the API answered ${status}`);
  return { milliseconds, memory: await memory() };
}

async function startedWithApp(platform, host) {
  const { port } = new URL(platform.url);
  const appAnswers = await untilAnswering(`http://${host}:${port}`);
  return { ...(await started(platform)), appAnswers };
}

/** How long until the app answers what it should. */
const untilAnswering = (url) =>
  untilTrue(async () => {
    const { status, body } = await askApp(url);
    return status === 200 && JSON.parse(body).greeting === 'Hello from Berth';
  });

/** PostgreSQL by itself, its data folder made if need be, and then NestJS by itself. */
async function bareStart(folder) {
  const begun = performance.now();
  const postgres = new PostgresServer({ folder });
  await postgres.start();
  const nest = spawn(process.execPath, [join(import.meta.dirname, 'up/bare-nest.mjs')]);
  const gone = new Promise((resolve) => nest.once('exit', resolve));
  await outputUntil(nest, gone, /listening/);
  const milliseconds = performance.now() - begun;
  nest.kill();
  await Promise.all([gone, postgres.stop()]);
  return { milliseconds };
}
