import { Database } from '@berth/service-kit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { RefreshFamily } from '../src/sessions/refresh-family.js';
import { SessionEnder } from '../src/sessions/session-ender.js';
import { SessionStarter } from '../src/sessions/session-starter.js';
import { IdentityService } from './fixtures/identity-service.js';

let identity: IdentityService;
let database: Database;
let userId: string;
beforeAll(async () => {
  identity = await IdentityService.start();
  database = identity.service.app.get(Database);
  userId = String(decodeJwt((await identity.person()).accessToken).sub);
});
afterAll(() => identity.close());

const part = <Part>(type: new (...parts: never[]) => Part): Part =>
  identity.service.app.get<Part>(type as never, { strict: false });

const device = { address: '192.0.2.7', userAgent: null };
const begin = () => database.transaction((tx) => part(SessionStarter).start(tx, userId, device));
const refresh = async (token: string) =>
  (await database.transaction((tx) => part(RefreshFamily).continue(tx, token)))?.successor;
const revoke = (id: string) =>
  database.transaction((tx) => part(SessionEnder).end(tx, userId, id, 'platform', 'by its owner'));

/** How many tokens would still continue the session. */
async function openTokens(sessionId: string): Promise<number> {
  return (
    await database.query(
      `select from refresh_token join session on session.id = session_id
        where session_id = $1 and used_at is null and revoked_at is null`,
      [sessionId],
    )
  ).length;
}

type Step = 'honest' | 'thief' | 'steals' | 'revoked';

/** What is done in one round is done at once. */
const script = fc.array(
  fc.array(fc.constantFrom<Step>('honest', 'honest', 'thief', 'thief', 'steals', 'revoked'), {
    minLength: 1,
    maxLength: 4,
  }),
  { minLength: 1, maxLength: 5 },
);

/** A session, the client that it belongs to, and somebody who copies its token now and then. */
class Play {
  readonly given: string[];
  readonly held: { honest: string; thief: string };
  wasRevoked = false;
  /** A token was presented whose successor was presented in an earlier round: somebody else has it. */
  wasReused = false;
  /** The same, or in the same round, when either may have come first. */
  mayHaveBeenReused = false;
  private readonly presented = new Set<string>();

  constructor(
    readonly sessionId: string,
    first: string,
  ) {
    this.given = [first];
    this.held = { honest: first, thief: first };
  }

  async round(steps: readonly Step[]): Promise<void> {
    if (steps.includes('steals')) this.held.thief = this.held.honest;
    const who = steps.filter((step): step is 'honest' | 'thief' => step === 'honest' || step === 'thief');
    const tokens = who.map((each) => this.held[each]);
    if (!this.wasRevoked) this.judge(tokens);
    const isRevoked = steps.includes('revoked');
    const [successors] = await Promise.all([
      Promise.all(tokens.map(refresh)),
      isRevoked ? revoke(this.sessionId) : undefined,
    ]);
    this.wasRevoked ||= isRevoked;
    for (const token of tokens) this.presented.add(token);
    for (const [index, successor] of successors.entries()) this.adopt(who[index] ?? 'honest', successor);
  }

  private judge(tokens: readonly string[]): void {
    for (const token of tokens) {
      const successor = this.given[this.given.indexOf(token) + 1];
      if (successor === undefined) continue;
      this.wasReused ||= this.presented.has(successor);
      this.mayHaveBeenReused ||= this.presented.has(successor) || tokens.includes(successor);
    }
  }

  private adopt(who: 'honest' | 'thief', successor: string | undefined): void {
    if (successor === undefined) return;
    if (!this.given.includes(successor)) this.given.push(successor);
    this.held[who] = successor;
  }
}

it('of a session at most one token is open, however its owner and a thief refresh at once; a token that comes again ends it', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (rounds) => {
      const { sessionId, refreshToken } = await begin();
      const play = new Play(sessionId, refreshToken);
      for (const steps of rounds) await play.round(steps);
      const open = await openTokens(sessionId);
      if (play.wasRevoked || play.wasReused) expect(open).toBe(0);
      else if (!play.mayHaveBeenReused) expect(open).toBe(1);
      expect(open).toBeLessThanOrEqual(1);
      // Nobody has a token that the other cannot have: the chain never forks.
      if (open === 0) for (const token of play.given) expect(await refresh(token)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

it('a session that is revoked while it is refreshed is over, whichever comes first', async () => {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { sessionId, refreshToken } = await begin();
    const [successor] = await Promise.all([refresh(refreshToken), revoke(sessionId)]);
    for (const token of [refreshToken, successor ?? '']) expect(await refresh(token)).toBeUndefined();
    expect(await openTokens(sessionId)).toBe(0);
  }
});
