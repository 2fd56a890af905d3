// The two processes of the benchmark of reads: the service, and the least on node:http and pg that gives the same answers.
import { hash as digest, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { importJWK, jwtVerify } from 'jose';
import { Pool } from 'pg';
import { announce, listening } from '../support/child.mjs';
import { startDeploymentManagement } from '../support/service.mjs';

const [role, databaseUrl, scene] = process.argv.slice(2);
announce(await { service: runService, bare: runBare }[role]());

/** As `api`: what the loops of a worker cost each second belongs to no request. */
async function runService() {
  const service = await startDeploymentManagement(databaseUrl, { ROLE: 'api' });
  const { identity, organizationId } = service;
  const subjectId = randomUUID();
  await identity.member(organizationId, 'developer', { subjectId });
  const tokens = await Promise.all(Array.from({ length: Number(scene) }, () => identity.token({ subjectId })));
  const projects = await Promise.all(
    Array.from({ length: 100 }, async (_, number) => {
      const id = randomUUID();
      const row = [id, organizationId, `project-${number}`];
      await service.database.query('insert into project values ($1, $2, $3, now())', row);
      return id;
    }),
  );
  return { url: service.url, tokens, projects };
}

/** As the service does: a signature is verified once for each token, its key and its end are checked every time. */
async function runBare() {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  const { rows: stored } = await pool.query('select kid, public_jwk from access_signing_key');
  const keys = new Map();
  for (const { kid, public_jwk: jwk } of stored) keys.set(kid, await importJWK(jwk, 'RS256'));
  const { rows: memberships } = await pool.query('select organization_id, subject_id, role from access_membership');
  const roles = new Map(memberships.map((row) => [`${row.organization_id} ${row.subject_id}`, row.role]));
  const verified = new Map();

  const verify = async (token) => {
    const hash = digest('sha256', token, 'base64');
    const known = verified.get(hash);
    if (known && known.exp * 1_000 > Date.now() && keys.has(known.kid)) return known;
    const options = { algorithms: ['RS256'], issuer: 'berth', audience: 'berth' };
    const { payload, protectedHeader } = await jwtVerify(token, ({ kid }) => keys.get(kid), options);
    const claims = { ...payload, kid: protectedHeader.kid };
    verified.set(hash, claims);
    return claims;
  };

  const read = async (request) => {
    const { sub } = await verify(request.headers.authorization.slice('Bearer '.length));
    const id = request.url.slice('/v1/projects/'.length);
    const { rows } = await pool.query(
      `select id, organization_id as "organizationId", slug, created_at as "createdAt"
         from project where id = $1 and deleted_at is null`,
      [id],
    );
    if (!rows[0] || !roles.has(`${rows[0].organizationId} ${sub}`)) return undefined;
    return { ...rows[0], createdAt: rows[0].createdAt.toISOString() };
  };

  const server = createServer((request, response) => {
    read(request).then(
      (answer) => {
        const body = answer ? JSON.stringify(answer) : '';
        const headers = {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
        };
        response.writeHead(answer ? 200 : 404, headers).end(body);
      },
      () => response.writeHead(401).end(),
    );
  });
  return { url: `http://127.0.0.1:${await listening(server)}` };
}
