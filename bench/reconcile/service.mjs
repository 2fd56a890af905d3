// deployment-management on its fake world, with so many workloads that are live and that nothing happens to.
import { deploymentManagement } from '@berth/deployment-management';
import { announce } from '../support/child.mjs';
import { heldNow } from '../support/held.mjs';
import { addWorkloads, bringUp } from '../support/live-workloads.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [url, count] = process.argv.slice(2);
const workloads = Number(count);
const service = await startDeploymentManagement(url, { LOG_LEVEL: 'warn' });
const { database } = service;
const interval = deploymentManagement.config.shape.RESYNC_SECONDS.parse(undefined);
let begunAt;

await addWorkloads(service, workloads);
const perSecond = await bringUp(service, workloads);
await spreadPasses();
announce({ pid: process.pid, perSecond }, { state, held: heldNow });

/** Idle for long: the looks at the workloads, and the heartbeats that they bring, are spread over the time between two. */
async function spreadPasses() {
  await database.query(`update work_item set due_at = now() + random() * $1 * interval '1 second'`, [interval]);
  await database.query(`update placement set confirmed_at = now() - $1 * interval '1 second'`, [interval]);
  [{ begunAt }] = await database.query('select clock_timestamp() as "begunAt"');
}

async function state() {
  const [row] = await database.query(
    `select (select count(*)::int from workload where conditions->0->>'status' = 'true') as ready,
            (select count(*)::int from placement where confirmed_at >= $1) as passes`,
    [begunAt],
  );
  return row;
}
