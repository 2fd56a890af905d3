import { check } from './check.mjs';
import { untilTrue } from './http.mjs';

const ENDED = ['live', 'failed', 'cancelled', 'superseded'];

/** An organization with a project and an environment to make apps in. */
export async function makePlace(call) {
  const { id: organizationId } = await call('POST', '/v1/organizations', { slug: 'bench' });
  const { id: projectId } = await call('POST', '/v1/projects', { organizationId, slug: 'bench' });
  const body = { projectId, slug: 'production', kind: 'production' };
  const { id: environmentId } = await call('POST', '/v1/environments', body);
  return { projectId, environmentId };
}

/** An app made of a Git repository, in an environment: answers the workload. */
export async function makeWorkload(call, { projectId, environmentId }, slug, repository) {
  const source = { kind: 'git', url: `file://${repository}`, branch: 'main' };
  const { id: appId } = await call('POST', '/v1/apps', { projectId, slug, source });
  return call('POST', '/v1/workloads', { appId, environmentId });
}

/** Deploys what the repository holds; answers the deployment once it is live. */
export async function deploy(call, workloadId) {
  let deployment = await call('POST', `/v1/workloads/${workloadId}/deployments`, { source: { kind: 'git' } });
  await untilTrue(async () => {
    deployment = await call('GET', `/v1/deployments/${deployment.id}`);
    return ENDED.includes(deployment.status);
  });
  check(deployment.status === 'live', `a deployment ended ${deployment.status}: ${JSON.stringify(deployment.failure)}`);
  return deployment;
}
