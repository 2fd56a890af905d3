import { deploymentManagement } from '@berth/deployment-management';
import { TestIdentity } from '@berth/access/testing';
import { Database, startService } from '@berth/service-kit';
import { randomBytes } from 'node:crypto';

/** deployment-management as it runs alone, on a world that is not there: only its API is of interest. */
export async function startDeploymentManagement(databaseUrl, environment = {}) {
  const service = await startService(deploymentManagement, {
    DATABASE_URL: databaseUrl,
    BUS_DATABASE_URL: databaseUrl,
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    RUNTIME: 'memory',
    ...environment,
  });
  const database = service.app.get(Database);
  const identity = await TestIdentity.create(database);
  const organizationId = await identity.organization();
  return { ...service, database, identity, organizationId };
}
