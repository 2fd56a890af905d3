import { randomBytes, randomUUID } from 'node:crypto';
import { allMigrations, Clock, createLogger, Ids, Keyring, SealedRows } from '@berth/service-kit';
import { testDatabase } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { Mint } from '../src/changes/mint.js';
import type { Config } from '../src/config.js';
import { deploymentManagement } from '../src/index.js';
import { SecretStore, sealedSecrets } from '../src/secrets/secret-store.js';

it('secrets survive a change of the key that seals them, and need the old one no longer', async () => {
  const { database, drop } = await testDatabase({ migrations: allMigrations(deploymentManagement as never) });
  const [old, current] = [randomBytes(32), randomBytes(32)];
  const workloadId = randomUUID();
  const storeWith = (...keys: Buffer[]) =>
    new SecretStore(new Mint(new Ids(), new Clock()), { KEY_ENCRYPTION_KEY: new Keyring(keys) } as Config);
  const version = await database.transaction(async (tx) => {
    return storeWith(old).add(tx, workloadId, 'TOKEN', 'canary');
  });
  await new SealedRows(
    { config: { ROLE: 'worker' }, keyring: new Keyring([current, old]), columns: [sealedSecrets] },
    database,
    createLogger('test', 'silent'),
  ).onApplicationBootstrap();
  const read = (store: SecretStore) => store.valuesOf(database, { TOKEN: { secretVersionId: version.id } });
  expect(await read(storeWith(current))).toEqual({ TOKEN: 'canary' });
  await expect(read(storeWith(old))).rejects.toThrow(/is not among KEY_ENCRYPTION_KEY/);
  await drop();
});
