import { deploymentManagement } from '@berth/deployment-management';
import { TestIdentity } from '@berth/access/testing';
import { Database, startService } from '@berth/service-kit';
import { userManagement } from '@berth/user-management';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';

/** More than a benchmark makes: what is counted is counted all the same. */
const ROOM = { apps: 100_000, cpuMillicores: 100_000_000, memoryMib: 100_000_000 };

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
  const organizationId = await identity.organization({ quota: ROOM });
  return { ...service, database, identity, organizationId };
}

/** user-management as it runs alone. Attempts are counted as always, but nobody has to wait: a benchmark is one address. */
export async function startUserManagement(databaseUrl, environment = {}) {
  const service = await startService(userManagement, {
    DATABASE_URL: databaseUrl,
    BUS_DATABASE_URL: databaseUrl,
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    MAIL_FOLDER: tmpdir(),
    ATTEMPTS_PER_ACCOUNT: '1000000',
    ATTEMPTS_PER_ADDRESS: '1000000',
    LOG_LEVEL: 'warn',
    ...environment,
  });
  return { ...service, database: service.app.get(Database) };
}
