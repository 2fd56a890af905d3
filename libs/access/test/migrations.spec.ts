import { randomUUID } from 'node:crypto';
import { createDataSource, migrate } from '@berth/service-kit';
import { migrationRoundTrip, testDatabase } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { accessMigrations } from '../src/index.js';
import { OrganizationRulesRepository } from '../src/read-copy/organization-rules.repository.js';
import { OrganizationsRepository } from '../src/read-copy/organizations.repository.js';

const [organizationId, subjectId, roleId] = [randomUUID(), randomUUID(), randomUUID()];
const scope = { kind: 'organization' as const, id: organizationId };

it('the migrations of the read copy go back one and forward again, with rows present, and back to nothing', async () => {
  const { full, oneBack, forwardAgain, nothing } = await migrationRoundTrip(accessMigrations, (database) =>
    database.transaction(async (tx) => {
      await tx.query('insert into access_organization (organization_id, epoch, version) values ($1, 0, 1)', [
        organizationId,
      ]);
      const rules = new OrganizationRulesRepository();
      await rules.setRole(tx, { organizationId, roleId, permissions: ['apps:read'] });
      const grants = [{ scope, role: 'custom' as const, roleId }];
      await rules.setGroup(tx, { organizationId, groupId: randomUUID(), memberIds: [subjectId], grants });
      await rules.suspend(tx, organizationId, true);
    }),
  );
  expect(oneBack).not.toBe(full);
  expect([forwardAgain, nothing]).toEqual([full, '']);
});

it('a read copy from before roles and groups were defined goes on as it was: nobody is suspended, nobody loses a role', async () => {
  const before = await testDatabase({ migrations: accessMigrations.slice(0, 2) });
  await before.database.query(
    `insert into access_organization (organization_id, epoch, version, quota) values ($1, 0, 7, '{}')`,
    [organizationId],
  );
  await before.database.query(
    `insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role)
     values ($1, $2, 'organization', $1, 'admin')`,
    [organizationId, subjectId],
  );
  const options = { url: before.url, poolSize: 4, entities: [], migrations: [...accessMigrations] };
  const source = await createDataSource(options).initialize();
  await migrate(source);
  await source.destroy();

  const organizations = new OrganizationsRepository();
  expect(await organizations.member(before.database, organizationId, subjectId)).toMatchObject({
    awaitingSnapshot: false,
    suspended: false,
    secondFactorRequired: false,
    grants: [{ scope, role: 'admin' }],
  });
  expect(await organizations.organizationsOf(before.database, subjectId)).toEqual([organizationId]);
  expect(await organizations.state(before.database, organizationId)).toMatchObject({ epoch: 0, version: 7 });
  await before.drop();
});
