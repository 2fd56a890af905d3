// deployment-management on a cluster. It keeps what it states of a workload, so that others can state the same.
import { Transport } from '@berth/kubernetes';
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
const { identity, organizationId } = service;
const token = await identity.member(organizationId, 'owner');

announce({ url: service.url, token, organizationId }, { patchesOf });

/** In order, as the API server gets them; after this, nothing is kept any more. */
function patchesOf(workloadId) {
  Transport.prototype.ask = ask;
  return stated.filter(({ metadata }) => metadata.labels?.['berth.dev/workload'] === workloadId);
}
