// Two services that share nothing but a bus: who gives roles, and who learns of them.
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { announce } from '../support/child.mjs';
import { untilTrue } from '../support/http.mjs';
import { startDeploymentManagement, startUserManagement } from '../support/service.mjs';
import { ask } from './ask.mjs';
import { beginSession, makePeople } from './people.mjs';

const [role, databaseUrl, busUrl] = process.argv.slice(2);
await { identity: runIdentity, other: runOther }[role]();

async function runIdentity() {
  const service = await startUserManagement(databaseUrl, { BUS_DATABASE_URL: busUrl });
  const [owner, member] = await makePeople(service, 2, 4);
  const tokens = await beginSession(service, owner);
  const token = tokens.accessToken;
  await untilTrue(async () => (await ask(service.url, 'GET', '/v1/me', { token })).status === 200);
  const made = await ask(service.url, 'POST', '/v1/organizations', { token, body: { slug: 'bench' } });
  const [organizationId, membershipId] = [made.body.id, randomUUID()];
  // As if an invitation had been accepted long ago: the first change of it tells of it.
  await service.database.query(
    `insert into membership (id, organization_id, user_id, scope_kind, scope_id, role, created_at)
     values ($1, $2, $3, 'organization', $2, 'viewer', now())`,
    [membershipId, organizationId, member],
  );
  let client;
  const roleThere = async (connectionString) => {
    if (!client) await (client = new Client({ connectionString })).connect();
    const { rows } = await client.query('select role from access_membership where subject_id = $1', [member]);
    return rows[0]?.role;
  };
  const session = () => beginSession(service, owner);
  announce({ url: service.url, organizationId, membershipId, tokens }, { roleThere, session });
}

async function runOther() {
  const { url } = await startDeploymentManagement(databaseUrl, { BUS_DATABASE_URL: busUrl, LOG_LEVEL: 'warn' });
  announce({ url });
}
