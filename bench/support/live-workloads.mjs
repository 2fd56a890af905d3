// Workloads of deployment-management on its fake world, so many that nobody waits for their deployments.
import { RUNTIME } from '@berth/deployment-management';

/** As if each had been deployed: an app, and a release that is live. Answers where they are. */
export async function addWorkloads({ database, organizationId }, count) {
  const [{ id, clusterId }] = await database.query(`select gen_random_uuid() as id, id as "clusterId" from cluster`);
  await database.query(`insert into project (id, organization_id, slug, created_at) values ($1, $2, 'shop', now())`, [
    id,
    organizationId,
  ]);
  await database.query(
    `insert into environment (id, project_id, organization_id, cluster_id, slug, kind, namespace, created_at)
     values ($1, $1, $2, $3, 'production', 'production', 'shop', now())`,
    [id, organizationId, clusterId],
  );
  const numbers = `select n, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, ${count}) n`;
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
  const placed = 'insert into placement (workload_id, cluster_id, created_at) select id, $1, created_at from workload';
  await database.query(placed, [clusterId]);
  const digest = `'sha256:' || repeat('0', 64)`;
  const process = { name: 'web', command: 'run', cpuMillicores: 50, memoryMib: 64 };
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
  return { projectId: id, environmentId: id };
}

/** The world has forgotten everything: each workload is told to it again, and what runs is told to metering. How many a second. */
export async function bringUp({ app, database }, count) {
  const begun = performance.now();
  app.get(RUNTIME).forget();
  await until(database, 'select count(*)::int = $1 as holds from allocation', count);
  const seconds = (performance.now() - begun) / 1_000;
  await until(database, `select count(*) = 0 as holds from work_lease`);
  await until(database, `select count(*) = 0 as holds from outbox`);
  return count / seconds;
}

async function until(database, sql, ...parameters) {
  for (let tries = 0; tries < 3_000; tries++) {
    const [row] = await database.query(sql, parameters);
    if (row.holds) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`This did not come true: ${sql}`);
}
