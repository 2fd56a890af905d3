// deployment-management on a cluster. It keeps what it states of a workload, so that others can state the same.
import { Transport } from '@berth/kubernetes';
import { check } from '../support/check.mjs';
import { announce } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [url, kubeconfig, gatewayUrl] = process.argv.slice(2);
const stated = [];
const { ask } = Transport.prototype;
Transport.prototype.ask = function (request) {
  if (request.method === 'PATCH') stated.push(request.body);
  return ask.call(this, request);
};
const cluster = { RUNTIME: 'kubernetes', KUBECONFIG: kubeconfig, CLUSTER_GATEWAY_URL: gatewayUrl };
const service = await startDeploymentManagement(url, { ...cluster, LOG_LEVEL: 'warn' });
const { database, identity, organizationId } = service;
const token = await identity.member(organizationId, 'owner');

announce({ pid: process.pid, url: service.url, token, organizationId }, { patchesOf, underWay });

/** In order, as the API server gets them; after this, nothing is kept any more. `space`: of the namespace that they are in. */
function patchesOf(workloadId) {
  Transport.prototype.ask = ask;
  const ofWorkload = ({ metadata }) => metadata.labels?.['berth.dev/workload'];
  const workload = stated.filter((object) => ofWorkload(object) === workloadId);
  const [{ metadata }] = workload;
  const isAround = ({ kind, metadata: { name, namespace } }) =>
    namespace === metadata.namespace || (kind === 'Namespace' && name === metadata.namespace);
  return { workload, space: stated.filter((object) => isAround(object) && ofWorkload(object) === undefined) };
}

/** What the service has left to do: deployments that have not ended, and looks at workloads. */
async function underWay() {
  const [{ failed, left }] = await database.query(
    `select (select count(*)::int from deployment where failure is not null) as failed,
            (select count(*)::int from deployment where ended_at is null) + (select count(*)::int from work_lease) as left`,
  );
  check(failed === 0, `${failed} deployments failed`);
  return left;
}
