// The two processes of the benchmark of refreshes: the service's own, without HTTP, and bare pg sending its statements.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { Client } from 'pg';
import { RefreshService } from '../../apps/user-management/dist/sessions/refresh.service.js';
import { announce } from '../support/child.mjs';
import { startUserManagement } from '../support/service.mjs';
import { statementsIn } from '../write/recording.mjs';
import { beginSession, makePeople } from './people.mjs';

const [role, databaseUrl, recorded] = process.argv.slice(2);
await { service: runService, bare: runBare }[role]();

async function runService() {
  const service = await startUserManagement(databaseUrl, { ROLE: 'api' });
  const refreshes = service.app.get(RefreshService, { strict: false });
  const [userId] = await makePeople(service, 1, 4);
  let { refreshToken } = await beginSession(service, userId);
  const next = async () => {
    const before = refreshToken;
    ({ refreshToken } = await refreshes.refresh(before));
    if (refreshToken === before) throw new Error('a refresh token was not replaced');
  };
  await next();
  const { sessionId } = await refreshes.refresh(refreshToken);
  // A retry is answered with the same successor: from here on the chain goes on with that one.
  const honest = await refreshes.refresh(refreshToken);
  refreshToken = honest.refreshToken;
  const presented = refreshToken;
  const statements = await statementsIn(next);
  const hashes = { token: hashOf(presented), successor: hashOf(refreshToken) };
  announce(
    { statements, hashes, sessionId, userId },
    { refresh: async (count) => ({ times: await timesOf(count, next) }) },
  );
}

async function runBare() {
  const { statements, hashes, userId, sessionId } = JSON.parse(recorded);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const ownSession = randomUUID();
  await client.query(
    `insert into session (id, user_id, created_at, last_used_at, expires_at)
     values ($1, $2, now(), now(), now() + interval '30 days')`,
    [ownSession, userId],
  );
  let token = hashOf(randomUUID());
  await client.query('insert into refresh_token values ($1, $2, now())', [token, ownSession]);
  const { privateKey } = await generateKeyPair('RS256');
  const next = async () => {
    const successor = hashOf(randomBytes(32).toString('base64url'));
    const names = new Map([
      [hashes.token, token],
      [hashes.successor, successor],
      [sessionId, ownSession],
    ]);
    for (const { values, ...statement } of statements)
      await client.query({ ...statement, values: values.map((value) => names.get(value) ?? value) });
    await sign(privateKey, userId, ownSession);
    token = successor;
  };
  const stored = async () => {
    const { rows } = await client.query('select count(*)::int as count from refresh_token where session_id = $1', [
      ownSession,
    ]);
    return rows[0].count;
  };
  const refresh = async (count) => {
    const before = await stored();
    const times = await timesOf(count, next);
    if ((await stored()) !== before + count) throw new Error('the bare side did not store what the service stores');
    return { times };
  };
  const one = { name: 'user', text: 'select * from app_user where id = $1', values: [userId] };
  announce({}, { refresh, statement: (count) => timesOf(count, () => client.query(one)) });
}

const sign = (key, userId, sid) =>
  new SignJWT({ sid, scope: '*' })
    .setProtectedHeader({ alg: 'RS256', kid: randomUUID(), typ: 'at+jwt' })
    .setIssuer('berth')
    .setAudience('berth')
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key);

function hashOf(token) {
  return createHash('sha256').update(token).digest('hex');
}

async function timesOf(count, work) {
  const times = [];
  for (let number = 0; number < count; number++) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}
