// The processes of the benchmarks of identity: the service in several scenes, and the least that does the same.
import { availableParallelism } from 'node:os';
import { compare, hash } from 'bcrypt';
import { announce } from '../support/child.mjs';
import { timesOf } from '../support/load.mjs';
import { startUserManagement } from '../support/service.mjs';
import { untilTrue } from '../support/http.mjs';
import { ask } from './ask.mjs';
import { beginSession, makeOrganization, makePeople, PASSWORD } from './people.mjs';

const [role, databaseUrl, count, cost] = process.argv.slice(2);
await { people: servePeople, hashes: runHashes, organization: serveOrganization }[role]();

/** People who log in. The service is whole: it knows its own signing key by the event that tells of it. */
async function servePeople() {
  const service = await startUserManagement(databaseUrl, { PASSWORD_COST: cost });
  const people = await makePeople(service, Number(count), Number(cost));
  announce({ url: service.url, tokens: await tokensOf(service, people[0]) });
}

/** An organization of everybody on the platform. */
async function serveOrganization() {
  const service = await startUserManagement(databaseUrl);
  const people = await makePeople(service, Number(count), 4);
  const organizationId = await makeOrganization(service, 'everybody', people);
  await service.database.query('analyze');
  announce({ url: service.url, organizationId, tokens: await tokensOf(service, people[0]) });
}

/** Tokens that the service lets in by now. */
async function tokensOf(service, userId) {
  const tokens = await beginSession(service, userId);
  const token = tokens.accessToken;
  await untilTrue(async () => (await ask(service.url, 'GET', '/v1/me', { token })).status === 200);
  return tokens;
}

/** bcrypt alone, as many at once as the service lets in: seconds for so many. */
async function runHashes() {
  const stored = await hash(PASSWORD, Number(cost));
  const slots = Math.max(1, availableParallelism() - 1);
  const compareMany = async (many) => {
    const begun = performance.now();
    const wrong = [];
    await timesOf(many, slots, async () => {
      if (!(await compare(PASSWORD, stored))) wrong.push(stored);
    });
    if (wrong.length > 0) throw new Error('bcrypt did not know a password again');
    return (performance.now() - begun) / 1_000;
  };
  announce({ slots }, { compareMany });
}
