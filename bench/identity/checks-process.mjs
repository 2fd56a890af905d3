// A service with a large read copy, asked without HTTP: what is measured is a check, or a verification, alone.
import { randomUUID } from 'node:crypto';
import { Access } from '@berth/access';
import { TokenVerifier } from '../../libs/access/dist/token/token-verifier.js';
import { announce } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [databaseUrl, few, many, freshTokens] = process.argv.slice(2);
const { app, database, identity } = await startDeploymentManagement(databaseUrl, { ROLE: 'api', LOG_LEVEL: 'warn' });
const access = app.get(Access, { strict: false });

const grant = (values) =>
  `insert into access_membership (organization_id, subject_id, scope_kind, scope_id, role) ${values}`;
const scenes = {
  people: 'a check in an organization of so many people',
  organizations: 'a check of somebody in so many organizations',
  projects: 'a check of somebody with a role in so many projects',
};

/** Whom to ask about what, for each scene and count. */
const makers = {
  async people(organizationId, subjectId, count) {
    await identity.member(organizationId, 'developer', { subjectId });
    await database.query(
      grant(`select $1, gen_random_uuid(), 'organization', $1, 'viewer' from generate_series(2, $2::int)`),
      [organizationId, count],
    );
    return { organizationId };
  },
  async organizations(organizationId, subjectId, count) {
    await identity.member(organizationId, 'developer', { subjectId });
    await database.query(
      `with made as (
         insert into access_organization (organization_id, epoch, version)
         select gen_random_uuid(), 0, 1 from generate_series(2, $2::int) returning organization_id as id)
       ${grant(`select id, $1, 'organization', id, 'viewer' from made`)}`,
      [subjectId, count],
    );
    return { organizationId };
  },
  async projects(organizationId, subjectId, count) {
    const projectId = randomUUID();
    await database.query(
      grant(`select $1, $2, 'project', gen_random_uuid(), 'viewer' from generate_series(2, $3::int)`),
      [organizationId, subjectId, count],
    );
    await identity.member(organizationId, 'developer', { subjectId, scope: { kind: 'project', id: projectId } });
    return { organizationId, projectId };
  },
};

const asked = new Map();
for (const scene of Object.keys(scenes))
  for (const count of [Number(few), Number(many)]) {
    const [organizationId, subjectId] = [await identity.organization(), randomUUID()];
    const target = await makers[scene](organizationId, subjectId, count);
    const caller = {
      subjectId,
      sessionId: randomUUID(),
      kind: 'user',
      administrator: false,
      secondFactor: false,
      scopes: ['*'],
    };
    asked.set(`${scene} ${count}`, { caller, target });
  }
await database.query('analyze');

async function check({ scene, count, checks }) {
  const { caller, target } = asked.get(`${scene} ${count}`);
  await refusedElsewhere(caller, target);
  return cpuOf(checks, () => access.require(caller, 'apps:create', target));
}

/** What was measured has to be a decision: the same caller is refused what the role does not hold. */
async function refusedElsewhere(caller, target) {
  const refused = await access.require(caller, 'memberships:delete', target).then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error('a developer may remove members');
}

const keys = new Map();
const kept = await database.query('select kid, public_jwk as "publicJwk" from access_signing_key');
for (const key of kept) keys.set(key.kid, { ...key, notAfter: null });
const verifier = new TokenVerifier({ issuer: 'berth', audience: 'berth' });
const tokens = await Promise.all(Array.from({ length: Number(freshTokens) }, () => identity.token()));
const seen = await identity.token();
const verify = async (token) => {
  const { caller } = await verifier.verify(token, keys, new Date());
  if (caller.scopes[0] !== '*') throw new Error('a token was read wrongly');
};

announce(
  { scenes },
  {
    check,
    verifySeen: (count) => cpuOf(count, () => verify(seen)),
    verifyFresh: ({ from, count }) => cpuOf(count, (number) => verify(tokens[from + number])),
  },
);

/** Microseconds of processor time for each, those of the threads that help included. */
async function cpuOf(count, work) {
  const before = process.cpuUsage();
  for (let number = 0; number < count; number++) await work(number);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
