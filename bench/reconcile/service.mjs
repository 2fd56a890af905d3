// deployment-management on its fake world, with so many workloads that are live and that nothing happens to.
import { deploymentManagement, RUNTIME } from '@berth/deployment-management';
import { announce } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [url, count] = process.argv.slice(2);
const workloads = Number(count);
const service = await startDeploymentManagement(url, { LOG_LEVEL: 'warn' });
const { database } = service;
const interval = deploymentManagement.config.shape.RESYNC_SECONDS.parse(undefined);
let begunAt;

await addWorkloads();
const perSecond = await bringUp();
await spreadPasses();
announce({ pid: process.pid, perSecond }, { state });

/** As if each had been deployed: an app, a release, a deployment that is live. */
async function addWorkloads() {
  const { organizationId } = service;
  const [{ id }] = await database.query('select gen_random_uuid() as id');
  await database.query(`insert into project (id, organization_id, slug, created_at) values ($1, $2, 'shop', now())`, [
    id,
    organizationId,
  ]);
  await database.query(
    `insert into environment (id, project_id, organization_id, slug, kind, namespace, created_at)
     values ($1, $1, $2, 'production', 'production', 'shop', now())`,
    [id, organizationId],
  );
  const numbers = `select n, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, ${workloads}) n`;
  await database.query(
    `insert into app (id, project_id, organization_id, slug, source, build, created_at)
     select id, $1, $2, 'app-' || n, '{"kind": "upload"}', '{}', now() from (${numbers}) x`,
    [id, organizationId],
  );
  await database.query(
    `insert into workload (id, app_id, environment_id, project_id, organization_id, host, restart_token, releases_made, created_at)
     select id, id, $1, $1, $2, 'app-' || n || '.localhost', 't', 1, now() from (${numbers}) x`,
    [id, organizationId],
  );
  const digest = `'sha256:' || repeat('0', 64)`;
  const process = { name: 'web', command: 'run', cpuMillicores: 100, memoryMib: 64 };
  const health = { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };
  await database.query(
    `insert into release (id, workload_id, number, hash, artifact, config_version, config_hash, processes, reason, was_live,
       created_by, created_at)
     select id, id, 1, ${digest}, jsonb_build_object('kind', 'slug', 'digest', ${digest}, 'sizeBytes', 1), 0, ${digest}, $1,
       'deploy', true, 'bench', now() from (${numbers}) x`,
    [JSON.stringify([{ ...process, health }])],
  );
  await database.query('update workload set current_release_id = id');
  for (const table of ['app', 'workload', 'release', 'environment', 'project'])
    await database.query(`analyze ${table}`);
}

/** The world has forgotten everything: each workload is told to it again, and what runs is told to metering. */
async function bringUp() {
  const begun = performance.now();
  service.app.get(RUNTIME).forget();
  await until('select count(*)::int = $1 as holds from allocation', workloads);
  const seconds = (performance.now() - begun) / 1_000;
  await until(`select count(*) = 0 as holds from work_lease`);
  await until(`select count(*) = 0 as holds from outbox`);
  return workloads / seconds;
}

/** Idle for long: the looks at the workloads, and the heartbeats that they bring, are spread over the time between two. */
async function spreadPasses() {
  await database.query(`update work_item set due_at = now() + random() * $1 * interval '1 second'`, [interval]);
  await database.query(`update allocation set confirmed_at = now() - $1 * interval '1 second'`, [interval]);
  [{ begunAt }] = await database.query('select clock_timestamp() as "begunAt"');
}

async function state() {
  const [row] = await database.query(
    `select (select count(*)::int from workload where conditions->0->>'status' = 'true') as ready,
            (select count(*)::int from allocation where confirmed_at >= $1) as passes`,
    [begunAt],
  );
  return row;
}

async function until(sql, ...parameters) {
  for (let tries = 0; tries < 3_000; tries++) {
    const [row] = await database.query(sql, parameters);
    if (row.holds) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`This did not come true: ${sql}`);
}
