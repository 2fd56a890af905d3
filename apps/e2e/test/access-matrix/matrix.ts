import { scopesAllow } from '@berth/access';
import { encodeCursor } from '@berth/service-kit';
import { randomUUID } from 'node:crypto';
import type { Actor } from './actors.js';
import { sign, type SigningKey } from './bad-tokens.js';
import { expectedStatus, type Need } from './expected.js';
import { idAt, withId } from './id-places.js';
import type { IdPlace, Operation } from './open-api.js';
import type { GoodRequest, Row, Rows } from './row.js';
import { untypedIn } from './media-types.js';
import type { Answer } from './services.js';
import type { Tenant } from './tenant.js';

export interface Route {
  readonly operation: Operation;
  readonly row: Row;
  /** A good request to each tenant's own, for those who are refused. */
  readonly standing: GoodRequest;
  readonly others: GoodRequest;
}

/** Asks every route in every way, and keeps what was not answered as the permission table says. */
export class Matrix {
  cells = 0;
  /** Of each route that changes something, the correlation ids of requests that it did. */
  private readonly changes = new Map<Route, string[]>();
  readonly wrong: string[] = [];

  constructor(
    readonly tenant: Tenant,
    readonly other: Tenant,
    readonly routes: readonly Route[],
  ) {}

  /** Pairs each documented route with its row. */
  static async of(tenant: Tenant, other: Tenant, rows: Rows): Promise<Matrix> {
    const routes: Route[] = [];
    for (const operation of tenant.services.operations) {
      const row = rows[operation.name];
      if (!row) continue;
      routes.push({ operation, row, standing: await row.request(tenant), others: await row.request(other) });
    }
    return new Matrix(tenant, other, routes);
  }

  get guarded(): Route[] {
    return this.routes.filter(({ operation }) => operation.needsToken);
  }

  /** Routes of which nothing that they did was written down. */
  unrecorded(recorded: ReadonlySet<string>): string[] {
    const of = [...this.changes].filter(([{ row }]) => row.unrecorded === undefined);
    return of.filter(([, ids]) => !ids.some((id) => recorded.has(id))).map(([{ operation }]) => operation.name);
  }

  /** Routes that say why they are not written down, and are, or have done nothing. */
  wronglyExcused(recorded: ReadonlySet<string>): string[] {
    const excused = this.routes.filter(({ row }) => row.unrecorded !== undefined);
    const isWrong = (route: Route) => this.changes.get(route)?.some((id) => recorded.has(id)) ?? true;
    return excused.filter(isWrong).map(({ operation }) => operation.name);
  }

  private noteChange(route: Route, { status, headers }: Answer): void {
    if (status >= 300 || ['GET', 'HEAD'].includes(route.operation.method)) return;
    this.changes.set(route, [...(this.changes.get(route) ?? []), headers.get('x-correlation-id') ?? '']);
  }

  /** One cell: `what` was asked of a route, and its answer is right or it is noted. */
  note(route: Route, what: string, answer: Answer, ...expected: readonly number[]): void {
    const { operation } = route;
    this.cells += 1;
    this.noteChange(route, answer);
    const untyped = untypedIn(answer);
    if (untyped) this.wrong.push(`${operation.name}, ${what}: ${untyped}`);
    if (expected.includes(answer.status)) return;
    const said = `${answer.status} ${answer.text.slice(0, 200)}`;
    this.wrong.push(`${operation.name}, ${what}: expected ${expected.join(' or ')}, answered ${said}`);
  }

  /** Nothing of a tenant is in an answer to somebody who is nobody there, but what was sent. */
  noteLeak({ operation, row }: Route, what: string, request: GoodRequest, answer: Answer, of: Tenant): void {
    const sent = JSON.stringify([request.path, request.query, request.body]);
    const known = (row.tellsFormer ?? []).map((name) => of.has[name]);
    const told = [of.mark, ...Object.values(of.has)].filter(
      (each) => !sent.includes(each) && !known.includes(each) && answer.text.includes(each),
    );
    if (told.length > 0) this.wrong.push(`${operation.name}, ${what}: tells a stranger ${told.join(', ')}`);
  }

  async send(route: Route, request: GoodRequest, token?: string, headers: Record<string, string> = {}) {
    const path = route.operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => request.path?.[name] ?? '');
    const { query = {}, body } = request;
    const all = { token, query, body, headers: { ...request.headers, ...headers } };
    return this.tenant.services.send(route.operation.method, path, all);
  }

  /** What an actor gets for a good request. */
  async knock(route: Route, actor: Actor): Promise<void> {
    const { row, standing, operation } = route;
    const forMachine = isForPeople(row, operation.method) ? 403 : row.machines;
    const expected = (actor.isMachine ? forMachine : undefined) ?? this.expectedOf(row, actor);
    const request = expected === row.success ? await row.request(this.tenant) : standing;
    const token = row.as && !actor.isMachine ? await row.as(this.tenant) : actor.token;
    const answer = await this.send(route, request, token, this.current);
    this.note(route, actor.name, answer, expected);
    if (actor.isStranger) this.noteLeak(route, actor.name, request, answer, this.tenant);
  }

  /** A token of fewer scopes than its person has permissions. */
  async knockNarrowly(route: Route, key: SigningKey, scope: string): Promise<void> {
    const { row, operation, standing } = route;
    const { id: sub, sessionId: sid } = this.tenant.owner;
    const isAllowed = narrowlyAllowed(row, operation.method, scope.split(' '));
    const ownership = { administrator: false, grants: [ownerOf(this.tenant)] };
    const expected = isAllowed ? this.expectedOf(row, ownership) : 403;
    const request = expected === row.success ? await row.request(this.tenant) : standing;
    const answer = await this.send(route, request, await sign(key, { sub, sid, scope }), this.current);
    this.note(route, `owner with the scope ${scope}`, answer, expected);
  }

  /** An id of another tenant's, or of nothing at all, in place of one's own: nobody can tell the two apart. */
  async exchange(route: Route, place: IdPlace): Promise<void> {
    const found = await this.fillings(route, place);
    if (!found) {
      this.wrong.push(`${route.operation.name}: no request of its row names ${place}`);
      return;
    }
    if (found.own === found.foreign) return;
    const { row } = route;
    const expected = row.foreign?.[place] ?? (isOnPlatform(row) ? 403 : 404);
    const answers: Answer[] = [];
    for (const id of [found.foreign, randomUUID()]) {
      const request = withId(found.request, place, id);
      const answer = await this.send(route, request, this.tenant.owner.accessToken, this.current);
      this.note(route, `${id === found.foreign ? 'foreign' : 'unknown'} id in ${place}`, answer, expected);
      this.noteLeak(route, `foreign id in ${place}`, request, answer, this.other);
      answers.push(answer);
    }
    const [foreign, unknown] = answers.map(({ text }) => codeOf(text));
    if (foreign !== unknown) this.wrong.push(`${route.operation.name} ${place}: ${foreign} is told from ${unknown}`);
  }

  /** A cursor of another tenant's list. */
  async exchangeCursor(route: Route): Promise<void> {
    const { owner } = this.other;
    const { others, standing } = route;
    const page = await this.send(route, { ...others, query: { ...others.query, limit: '1' } }, owner.accessToken);
    const next = (JSON.parse(page.text) as { next?: string | null }).next ?? encodeCursor(this.other.has.organization);
    const request = { ...standing, query: { ...standing.query, cursor: next } };
    const answer = await this.send(route, request, this.tenant.owner.accessToken, this.current);
    const refused = isOnPlatform(route.row) ? 403 : 422;
    this.note(route, 'foreign cursor', answer, 200, refused);
    this.noteLeak(route, 'foreign cursor', request, answer, this.other);
  }

  get current(): Record<string, string> {
    return { 'berth-access': this.tenant.access };
  }

  private expectedOf(
    { needs, alsoNeeds = [], success, emptyForStrangers }: Row,
    actor: Pick<Actor, 'administrator' | 'grants'>,
  ): number {
    if (needs === 'public' || needs === 'anyone') return success;
    const isOwner = actor.grants.some(({ role }) => role === 'owner');
    if (needs === 'self') return isOwner ? success : 404;
    const onSame = alsoNeeds.flatMap((permission) => needs.slice(0, 1).map(({ on }) => ({ permission, on })));
    const expected = expectedStatus(actor, [...needs, ...onSame], this.tenant.has, success);
    return expected === 404 && emptyForStrangers ? success : expected;
  }

  /** The first good request that has an id in that place, and what the other tenant has there. */
  private async fillings({ row }: Route, place: IdPlace) {
    for (const request of [row.request, ...(row.also ?? [])]) {
      const [own, others] = [await request(this.tenant), await request(this.other)];
      const [ownId, foreign] = [idAt(own, place), idAt(others, place)];
      if (ownId !== undefined && foreign !== undefined) return { request: own, own: ownId, foreign };
    }
    const name = place.slice(1) as keyof Tenant['has'];
    if (!place.startsWith('?') || !(name in this.other.has)) return undefined;
    return { request: await row.request(this.tenant), own: this.tenant.has[name], foreign: this.other.has[name] };
  }
}

const ownerOf = ({ has }: Tenant) => ({
  scope: { kind: 'organization', id: has.organization } as const,
  role: 'owner' as const,
});

const isOnPlatform = ({ needs }: Row): boolean =>
  typeof needs !== 'string' && needs.some(({ on }: Need) => on === 'platform');

const permissionsOf = ({ needs, alsoNeeds = [] }: Row) => [
  ...(typeof needs === 'string' ? [] : needs.map(({ permission }) => permission)),
  ...alsoNeeds,
];

/** What needs no permission is for a person's own session alone, unless it only reads. */
const isForPeople = (row: Row, method: string): boolean => permissionsOf(row).length === 0 && method !== 'GET';

const narrowlyAllowed = (row: Row, method: string, scopes: readonly string[]): boolean =>
  isForPeople(row, method) || row.handsOn
    ? scopes.includes('*')
    : permissionsOf(row).every((permission) => scopesAllow(scopes, permission));

const codeOf = (text: string): unknown => (text === '' ? undefined : (JSON.parse(text) as { code?: unknown }).code);
