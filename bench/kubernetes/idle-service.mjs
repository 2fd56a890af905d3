// deployment-management on a cluster, with workloads that are deployed and then left alone.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { announce } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const [url, kubeconfig, gatewayUrl] = process.argv.slice(2);
const cluster = { RUNTIME: 'kubernetes', KUBECONFIG: kubeconfig, CLUSTER_GATEWAY_URL: gatewayUrl };
const service = await startDeploymentManagement(url, { ...cluster, LOG_LEVEL: 'warn' });
const { database, identity, organizationId } = service;
const token = await identity.member(organizationId, 'owner');

announce({ url: service.url, token, organizationId }, { memory, settle, state });

/** KiB that are in use when nothing is left to be collected, and KiB that the process has. */
function memory() {
  for (let turn = 0; turn < 3; turn++) collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: (heapUsed + external) / 1_024, resident: rss / 1_024 };
}

/**
 * As after hours: looks at the workloads are spread over the time between two looks at each, and what the deployments left
 * PostgreSQL to clear away is cleared away (by itself it takes minutes for that).
 */
async function settle() {
  await database.query(
    `update work_item set due_at = now() + random() * interval '1 hour' where due_at > now() + interval '5 minutes'`,
  );
  await database.query('vacuum analyze');
  await database.query('checkpoint');
  return true;
}

async function state() {
  const [row] = await database.query(
    `select (select count(*)::int from deployment where status = 'live') as live,
            (select count(*)::int from deployment where status not in ('live', 'queued', 'preparing', 'rolling', 'verifying')) as ended,
            (select count(*)::int from outbox) + (select count(*)::int from work_lease) as busy`,
  );
  return row;
}
