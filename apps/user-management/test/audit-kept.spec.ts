import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { auditChain, verifyChain } from '@berth/access';
import { eventually } from '@berth/testing';
import { describe, expect, it } from '@jest/globals';
import { AuditVerifier } from '../src/audit/audit-verifier.js';
import { IdentityService } from './fixtures/identity-service.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const trimming = /\b(?:delete\s+from|truncate(?:\s+table)?|update|drop\s+table)\s+(?:only\s+)?(?:public\.)?audit_\w+/gi;

/** Every statement of the product that takes something from what is kept of the audit, as `file: statement`. */
function trimmingStatements(): string[] {
  const folders = ['apps', 'libs'].flatMap((kind) =>
    readdirSync(`${root}${kind}`).map((name) => `${kind}/${name}/src`),
  );
  const sources = folders.filter((folder) => existsSync(`${root}${folder}`));
  const files = sources.flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => {
      const found = readFileSync(`${root}${file}`, 'utf8').match(trimming) ?? [];
      return found.map((statement) => `${file}: ${statement}`);
    })
    .sort();
}

describe('the audit trail is kept by policy, for ever, and never trimmed silently', () => {
  it('because no statement of the product takes an entry away or changes one', () => {
    const migrations = 'apps/user-management/src/database/migrations';
    // Addresses beside the trail are forgotten; all others take back a migration, with the table that it made.
    expect(trimmingStatements()).toEqual([
      'apps/user-management/src/accounts/account-erasure.ts: delete from audit_address',
      'apps/user-management/src/audit/audit-addresses.repository.ts: delete from audit_address',
      `${migrations}/audit-addresses.migration.ts: drop table audit_address`,
      `${migrations}/audit-heads.migration.ts: drop table audit_head`,
      `${migrations}/platform-audit.migration.ts: delete from audit_head`,
      'libs/access/src/audit/audit.migration.ts: drop table audit_entry',
    ]);
  });

  it('although the organization is deleted: its entries stay, to the last one, and prove themselves', async () => {
    await IdentityService.during({ ORGANIZATION_GRACE_DAYS: '0.00003' }, async (identity) => {
      const owner = await identity.person();
      const { organization, access } = await identity.organization(owner.accessToken);
      const closed = await identity.call('POST', `/v1/organizations/${organization.id}/deletion`, {
        ...{ token: owner.accessToken, body: { slug: organization.slug }, headers: { 'berth-access': access } },
      });
      expect(closed.status).toBe(202);
      const verifier = identity.service.app.get(AuditVerifier, { strict: false });
      await eventually(
        async () => {
          expect(await identity.database.query('select from organization where id = $1', [organization.id])).toEqual(
            [],
          );
          const { items } = await verifier.verify(organization.id);
          expect(items).toMatchObject([{ service: 'user-management', good: 3, broken: null }]);
        },
        { within: 240_000 },
      );
      const { entries, head } = await auditChain(identity.database, 'user-management', organization.id);
      const acts = ['organizations:create', 'organizations:suspend', 'organizations:delete'];
      expect(entries.map(({ action }) => action)).toEqual(acts);
      expect(entries.at(-1)?.detail.before).toMatchObject({ slug: organization.slug, suspendedFor: 'deletion' });
      expect(verifyChain(entries, head)).toBeUndefined();
    });
  });
});
