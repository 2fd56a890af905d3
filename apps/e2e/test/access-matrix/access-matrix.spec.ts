import { rm } from 'node:fs/promises';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Repository, webApp } from '../support/repository.js';
import { type Actor, actorsOf } from './actors.js';
import { badTokens, sign, type SigningKey, signingKeyOf, unknownKey } from './bad-tokens.js';
import { Matrix, type Route } from './matrix.js';
import { buildRows } from './routes/build.js';
import { deploymentManagementRows } from './routes/deployment-management.js';
import { meteringRows } from './routes/metering.js';
import { userManagementRows } from './routes/user-management.js';
import type { Rows } from './row.js';
import { administrator, Services } from './services.js';
import { foundTenant, logIn, newPerson } from './tenant.js';

jest.setTimeout(2_400_000);

const rows: Rows = { ...userManagementRows, ...deploymentManagementRows, ...buildRows, ...meteringRows };

let services: Services;
let repository: Repository;
let key: SigningKey;
let matrix: Matrix;
let actors: Actor[];

beforeAll(async () => {
  services = await Services.start();
  repository = await Repository.make(webApp('tenant'));
  const admin = (await logIn(services, administrator)).accessToken;
  const [tenant, other] = [
    await foundTenant(services, { mark: 'alpha', repository, admin }),
    await foundTenant(services, { mark: 'bravo', repository, admin }),
  ];
  key = await signingKeyOf(services);
  actors = await actorsOf(services, tenant, other);
  matrix = await Matrix.of(tenant, other, rows);
});
afterAll(async () => {
  await services.close();
  process.stdout.write(`Authorisation matrix: ${matrix.routes.length} routes, ${matrix.cells} cells.\n`);
  await rm(repository.folder, { recursive: true, force: true });
});

/** So many at once, so that what one waits for does not keep the rest. */
async function atOnce<Item>(items: readonly Item[], most: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

const claims = () => ({ sub: matrix.tenant.owner.id, sid: matrix.tenant.owner.sessionId });

/** Everything that was wrong in one part of the matrix. */
async function wrongIn(part: () => Promise<void>): Promise<string[]> {
  const before = matrix.wrong.length;
  await part();
  return matrix.wrong.slice(before);
}

describe('the authorisation matrix', () => {
  it('has a row for every route of every service, which says what the route itself says', () => {
    const documented = services.operations.map(({ name }) => name);
    expect(documented.filter((name) => !(name in rows))).toEqual([]);
    const told = matrix.routes.map(({ operation }) => [operation.name, operation.needsToken, operation.permissions]);
    const meant = matrix.routes.map(({ operation, row }) => [
      operation.name,
      row.needs !== 'public',
      [
        ...(typeof row.needs === 'string' ? [] : row.needs.slice(0, 1).map(({ permission }) => permission)),
        ...(row.alsoNeeds ?? []),
      ],
    ]);
    expect(told).toEqual(meant);
  });

  it('lets in nobody without a good token, and says so alike to all of them', async () => {
    const bad = Object.entries(await badTokens(key, claims()));
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 4, async (route) => {
        const ask = async (what: string, headers: Record<string, string>) => {
          const answer = await matrix.send(route, route.standing, undefined, headers);
          matrix.note(route, what, answer, 401);
          const isTold =
            answer.headers.get('www-authenticate')?.startsWith('Bearer') && /"unauthenticated"/.test(answer.text);
          if (!isTold) matrix.wrong.push(`${route.operation.name}, ${what}: 401 without a reason`);
        };
        await ask('no token', {});
        for (const [what, authorization] of bad) await ask(what, { authorization });
        await ask('a refresh token', { authorization: `Bearer ${matrix.tenant.owner.refreshToken}` });
        await ask('a good token in a cookie', { cookie: `access_token=${matrix.tenant.owner.accessToken}` });
        const inUrl = {
          ...route.standing,
          query: { ...route.standing.query, access_token: matrix.tenant.owner.accessToken },
        };
        matrix.note(route, 'a good token in the URL', await matrix.send(route, inUrl), 401);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('lets in nobody by a key that nobody has heard of', async () => {
    const token = await unknownKey(key, claims());
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 200, async (route) => {
        matrix.note(route, 'unknown key', await matrix.send(route, route.standing, token), 401);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('lets in nobody whose session was revoked', async () => {
    const person = await newPerson(services, 'gone');
    await matrix.tenant.services.send('POST', '/v1/auth/logout', { token: person.accessToken });
    const someRoutes = ['GET /v1/me', 'GET /v1/projects', 'GET /v1/builds', 'GET /v1/price-books'];
    const ask = (route: Route) => matrix.send(route, route.standing, person.accessToken);
    for (const route of matrix.routes.filter(({ operation }) => someRoutes.includes(operation.name)))
      await eventually(async () => expect((await ask(route)).status).toBe(401));
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 4, async (route) => matrix.note(route, 'revoked session', await ask(route), 401)),
    );
    expect(wrong).toEqual([]);
  });

  it('answers what is open alike, whatever token comes with it', async () => {
    const bad = Object.entries(await badTokens(key, claims()));
    const wrong = await wrongIn(() =>
      atOnce(
        matrix.routes.filter(({ row }) => row.needs === 'public'),
        4,
        async (route) => {
          matrix.note(route, 'no token', await matrix.send(route, route.standing), route.row.success);
          for (const [what, authorization] of bad)
            matrix.note(
              route,
              what,
              await matrix.send(route, route.standing, undefined, { authorization }),
              route.row.success,
            );
        },
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('lets everybody do what the permission table says, and nothing else', async () => {
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 2, async (route) => {
        for (const actor of actors) await matrix.knock(route, actor);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('lets a token do no more than its scopes name', async () => {
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 2, async (route) => {
        const [permission = 'apps:read'] = route.operation.permissions;
        const [segment] = permission.split(':');
        const all = route.operation.permissions.join(' ');
        for (const scope of [all, permission, `${segment}:*`, `${segment}:nothing`, 'ships:sink ships:*', 'apps:read'])
          if (!route.row.as) await matrix.knockNarrowly(route, key, scope);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('tells nothing of other tenants to whoever has a cursor of their lists', async () => {
    const wrong = await wrongIn(() =>
      atOnce(
        matrix.guarded.filter(({ operation }) => operation.takesCursor),
        2,
        (route) => matrix.exchangeCursor(route),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('answers to ids of other tenants as to ids of nothing, wherever they stand', async () => {
    const wrong = await wrongIn(() =>
      atOnce(matrix.guarded, 2, async (route) => {
        for (const place of route.operation.ids)
          if (!route.row.everybodys?.includes(place)) await matrix.exchange(route, place);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('finds in the audit trail what each route has changed', async () => {
    const recorded = await services.recordedRequests();
    expect(matrix.unrecorded(recorded)).toEqual([]);
    expect(matrix.wronglyExcused(recorded)).toEqual([]);
  });

  it('still lets the owner in, whose token all the bad ones were made from', async () => {
    const answer = await services.send('GET', '/v1/me', { token: await sign(key, claims()) });
    expect(answer.status).toBe(200);
  });
});
