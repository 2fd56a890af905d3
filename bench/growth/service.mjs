// deployment-management on its fake world with so many live workloads, in a database that has them from a run before or not.
import { announce } from '../support/child.mjs';
import { addWorkloads, bringUp } from '../support/live-workloads.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [url, count, scene] = process.argv.slice(2);
const workloads = Number(count);
const begun = performance.now();
const service = await startDeploymentManagement(url, { LOG_LEVEL: 'warn' });
const milliseconds = performance.now() - begun;
announce({ pid: process.pid, milliseconds, ...(scene === 'filled' ? await filled() : {}) });

async function filled() {
  const { projectId } = await addWorkloads(service, workloads);
  await bringUp(service, workloads);
  const token = await service.identity.member(service.organizationId, 'developer');
  return { url: service.url, projectId, token };
}
