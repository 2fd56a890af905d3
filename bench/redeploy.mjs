import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { check, checkSame } from './support/check.mjs';
import { deploy } from './support/deploying.mjs';
import { askApp, logIn, untilTrue } from './support/http.mjs';
import { inPairs } from './support/pairs.mjs';
import { freePort, withFolder, withPlatform, workspace } from './support/platform.mjs';
import { atMost, overheadRow } from './support/rows.mjs';

export const name = 'a redeploy that reuses its artifact, beyond the start of the app itself';

export const run = (options) =>
  withFolder((folder) =>
    withPlatform(folder, [], async ({ url, administrator, exampleUrl }) => {
      const call = await logIn(url, administrator);
      const workloadId = await exampleWorkload(call);
      const sides = { ours: () => redeploy(call, workloadId, exampleUrl), base: startOfApp };
      await inPairs({ rounds: 1 }, sides);
      const pairs = await inPairs(options, sides);
      const what = 'artifact reused, accepted -> live, beyond the start of the app';
      return [overheadRow({ id: 'redeploy', what, unit: 'ms', goal: atMost(1_000), pairs })];
    }),
  );

async function exampleWorkload(call) {
  const organization = await firstOf(call, '/v1/organizations');
  const project = await firstOf(call, `/v1/projects?organization=${organization.id}`);
  const app = await firstOf(call, `/v1/apps?project=${project.id}`);
  return (await firstOf(call, `/v1/workloads?app=${app.id}`)).id;
}

const firstOf = async (call, path) => (await call('GET', path)).items[0];

/** Milliseconds by the platform's own record; who asks from outside must see the new release by then. */
async function redeploy(call, workloadId, appUrl) {
  const { artifactReused, release, createdAt, timeline } = await deploy(call, workloadId);
  check(artifactReused, 'the artifact was built anew');
  const { status, body } = await askApp(appUrl);
  checkSame([status, JSON.parse(body).release], [200, String(release)], 'the app after the redeploy');
  const live = timeline.find(({ to }) => to === 'live');
  return Date.parse(live.at) - Date.parse(createdAt);
}

/** What nobody can save: the same app on the same Node, until it answers. */
async function startOfApp() {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), HOST: '127.0.0.1' };
  const app = spawn('node', ['server.js'], { cwd: join(workspace, 'examples/hello-node'), env });
  const gone = new Promise((resolve) => app.once('exit', resolve));
  const isUp = () =>
    askApp(`http://127.0.0.1:${port}`).then(
      ({ status }) => status === 200,
      () => false,
    );
  const milliseconds = await untilTrue(isUp);
  app.kill();
  await gone;
  return milliseconds;
}
