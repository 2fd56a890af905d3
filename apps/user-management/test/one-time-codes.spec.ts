import { randomBytes, randomUUID } from 'node:crypto';
import { Clock, Keyring, type Tx } from '@berth/service-kit';
import { eventually, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { InvitationsRepository } from '../src/invitations/invitations.repository.js';
import { PasskeyChallenges } from '../src/passkeys/passkey-challenges.js';
import { RecoveryRepository } from '../src/recovery/recovery.repository.js';
import { RegistrationsRepository } from '../src/registrations/registrations.repository.js';
import { newToken } from '../src/sealing/opaque-token.js';
import { SignInFlowsRepository } from '../src/sign-in-flows/sign-in-flows.repository.js';
import { identityDatabase, organizationRow, userRow } from './fixtures/identity-rows.js';

const START = new Date('2026-11-21T12:00:00.000Z');
/** Time stands where a test puts it. */
class SetClock extends Clock {
  at = START;
  override now(): Date {
    return this.at;
  }
}

let database: TestDatabase;
let userId: string;
let organizationId: string;
let providerId: string;
beforeAll(async () => {
  database = await identityDatabase();
});
afterAll(() => database?.drop());

const clock = new SetClock();
const flows = new SignInFlowsRepository(new Keyring([randomBytes(32)]), clock);
const registrations = new RegistrationsRepository(clock);
const recoveries = new RecoveryRepository(clock);
const invitations = new InvitationsRepository();
const challenges = new PasskeyChallenges(clock);
const transaction = <Result>(work: (tx: Tx) => Promise<Result>) => database.database.transaction(work);

beforeEach(async () => {
  clock.at = START;
  [userId, organizationId, providerId] = [await userRow(database), await organizationRow(database), v7()];
  await database.database.query(
    `insert into identity_provider (id, organization_id, display_name, endpoints, client_id, client_secret_sealed,
                                    settings, created_at) values ($1, $2, 'P', '{}', 'c', '', '{}', now())`,
    [providerId, organizationId],
  );
});

interface OneTimeCode {
  readonly table: string;
  readonly validMs: number;
  make(): Promise<string>;
  /** Whatever is truthy: it was good. */
  take(tx: Tx, code: string): Promise<unknown>;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const request = { redirectUri: 'http://localhost', state: 's', nonce: 'n', verifier: 'v' };
const record = (email = `${randomUUID()}@example.com`) => ({
  ...{ email, displayName: null, username: null, passwordHash: 'hash' },
});

const kinds: Record<string, OneTimeCode> = {
  'that verifies an address': {
    ...{ table: 'registration', validMs: DAY },
    make: () => transaction((tx) => registrations.insert(tx, record())),
    take: (tx, code) => registrations.take(tx, code),
  },
  'that sets a new password': {
    ...{ table: 'recovery', validMs: 30 * MINUTE },
    make: () => transaction((tx) => recoveries.begin(tx, userId)),
    take: (tx, code) => recoveries.take(tx, code),
  },
  'of an invitation': {
    ...{ table: 'invitation', validMs: 7 * DAY },
    make: async () => {
      const token = newToken();
      await transaction((tx) => invitations.insert(tx, invited(), token));
      return token;
    },
    take: (tx, code) => invitations.take(tx, code, clock.now()),
  },
  'that a passkey signs': {
    ...{ table: 'passkey_challenge', validMs: 5 * MINUTE },
    make: async () => {
      const challenge = newToken();
      await transaction((tx) => challenges.add(tx, challenge, userId));
      return challenge;
    },
    take: (tx, code) => challenges.take(tx, code, userId),
  },
  'of a sign-in at a provider': {
    ...{ table: 'sign_in_flow', validMs: 15 * MINUTE },
    make: async () => (await transaction((tx) => flows.begin(tx, providerId, request))).flowToken,
    take: (tx, code) => flows.takeRequest(tx, code),
  },
};

const invited = () => ({
  ...{ id: v7(), organizationId, email: `${randomUUID()}@example.com`, role: 'viewer' as const },
  scope: { kind: 'organization' as const, id: organizationId },
  ...{ createdAt: clock.now(), expiresAt: new Date(clock.now().getTime() + 7 * DAY) },
});

describe.each(Object.entries(kinds))('a code %s', (_name, { table, validMs, make, take }) => {
  const isGood = async (code: string) => Boolean(await transaction((tx) => take(tx, code)));
  const wait = (milliseconds: number) => (clock.at = new Date(START.getTime() + milliseconds));

  it('is good once', async () => {
    const code = await make();
    expect([await isGood(code), await isGood(code)]).toEqual([true, false]);
  });

  it('is good until its last millisecond', async () => {
    const code = await make();
    wait(validMs - 1);
    expect(await isGood(code)).toBe(true);
  });

  it('is good no longer', async () => {
    const code = await make();
    wait(validMs);
    expect(await isGood(code)).toBe(false);
  });

  it('is good still when what it was for did not come to be', async () => {
    const code = await make();
    const failed = transaction(async (tx) => {
      expect(Boolean(await take(tx, code))).toBe(true);
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(await isGood(code)).toBe(true);
  });

  it('is good for one of two that show it at the same time', async () => {
    const code = await make();
    const second = Promise.withResolvers<boolean>();
    await transaction(async (tx) => {
      expect(Boolean(await take(tx, code))).toBe(true);
      void isGood(code).then(second.resolve, second.reject);
      await eventually(async () => {
        const waiting = await database.database.query(
          `select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%' || $1 || '%'`,
          [table],
        );
        expect(waiting).toHaveLength(1);
      });
    });
    expect(await second.promise).toBe(false);
  });

  it('lies nowhere as it was given', async () => {
    const code = await make();
    const rows = await database.database.query<{ row: string }>(`select to_json(t)::text as row from ${table} t`);
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain(code);
  });

  it('is no code of another kind', async () => {
    const code = await make();
    for (const other of Object.values(kinds))
      if (other.table !== table) expect(Boolean(await transaction((tx) => other.take(tx, code)))).toBe(false);
    expect(await isGood(code)).toBe(true);
  });

  it('is not guessed by what is stored of it', async () => {
    const code = await make();
    const rows = await database.database.query<Record<string, unknown>>(`select * from ${table}`);
    const stored = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string');
    for (const text of [...stored, '', code.slice(1), `${code} `]) expect(await isGood(text)).toBe(false);
    expect(await isGood(code)).toBe(true);
  });
});

describe('codes of one person', () => {
  it('for a new password are one: the next makes the former worthless', async () => {
    const [first, second] = [await kinds['that sets a new password']!.make(), await recoverAgain()];
    expect(await transaction((tx) => recoveries.take(tx, first))).toBeUndefined();
    expect(await transaction((tx) => recoveries.take(tx, second))).toBe(userId);
  });
  const recoverAgain = () => transaction((tx) => recoveries.begin(tx, userId));

  it('that verify one address end together: whoever verifies one takes it', async () => {
    const email = `${randomUUID()}@example.com`;
    const [mine, other] = [record(email), { ...record(email), passwordHash: 'another' }];
    const first = await transaction((tx) => registrations.insert(tx, mine));
    const second = await transaction((tx) => registrations.insert(tx, other));
    expect(await transaction((tx) => registrations.take(tx, second))).toEqual(other);
    expect(await transaction((tx) => registrations.take(tx, first))).toBeUndefined();
  });

  it('that verify other addresses stay', async () => {
    const [first, second] = [
      await transaction((tx) => registrations.insert(tx, record())),
      await transaction((tx) => registrations.insert(tx, record())),
    ];
    await transaction((tx) => registrations.take(tx, first));
    expect(await transaction((tx) => registrations.take(tx, second))).toBeDefined();
  });

  it('that a passkey signs are for whom they were made, also when nobody was known yet', async () => {
    const [known, unknown] = [newToken(), newToken()];
    await transaction((tx) => challenges.add(tx, known, userId));
    await transaction((tx) => challenges.add(tx, unknown, null));
    const take = (challenge: string, by: string | null) => transaction((tx) => challenges.take(tx, challenge, by));
    for (const stranger of [null, randomUUID()]) expect(await take(known, stranger)).toBe(false);
    expect(await take(unknown, userId)).toBe(false);
    expect([await take(known, userId), await take(unknown, null)]).toEqual([true, true]);
  });

  it('of an invitation that was sent again are the last one', async () => {
    const [first, second, invitation] = [newToken(), newToken(), invited()];
    await transaction((tx) => invitations.insert(tx, invitation, first));
    expect(await transaction((tx) => invitations.renew(tx, invitation.id, second, invitation.expiresAt))).toBe(true);
    expect(await transaction((tx) => invitations.take(tx, first, clock.now()))).toBeUndefined();
    expect(await transaction((tx) => invitations.take(tx, second, clock.now()))).toEqual(invitation);
    expect(await transaction((tx) => invitations.renew(tx, invitation.id, first, invitation.expiresAt))).toBe(false);
  });
});

describe('a sign-in at a provider', () => {
  const account = { subject: 'anna', email: 'anna@example.com', displayName: null, claims: {} };
  const begun = async () => (await transaction((tx) => flows.begin(tx, providerId, request))).flowToken;
  const identified = async () => {
    const flowToken = await begun();
    await transaction((tx) => flows.takeRequest(tx, flowToken));
    await transaction((tx) => flows.identify(tx, flowToken, account));
    return flowToken;
  };
  const accountOf = (flowToken: string) => flows.account(database.database, flowToken);

  it('proves nobody before the provider has answered', async () => {
    const flowToken = await begun();
    expect(await accountOf(flowToken)).toBeUndefined();
    // Nobody identifies what was never asked of the provider.
    await transaction((tx) => flows.identify(tx, flowToken, account));
    expect(await accountOf(flowToken)).toBeUndefined();
  });

  it('proves whom the provider named, until it ends or its time is over', async () => {
    const [flowToken, late] = [await identified(), await identified()];
    expect(await accountOf(flowToken)).toEqual({ providerId, account });
    await transaction((tx) => flows.end(tx, flowToken));
    expect(await accountOf(flowToken)).toBeUndefined();
    clock.at = new Date(START.getTime() + 15 * MINUTE);
    expect(await accountOf(late)).toBeUndefined();
  });

  it('is identified once: a second answer of the provider changes nothing', async () => {
    const flowToken = await identified();
    await transaction((tx) => flows.identify(tx, flowToken, { ...account, subject: 'mallory' }));
    expect((await accountOf(flowToken))?.account.subject).toBe('anna');
  });

  it('does not open for another: what is sealed belongs to its own code', async () => {
    const [mine, other] = [await identified(), await identified()];
    await database.database.query(
      `update sign_in_flow mine set sealed = other.sealed from sign_in_flow other
        where mine.token_hash <> other.token_hash and mine.state = 'identified' and other.state = 'identified'
          and mine.provider_id = $1 and other.provider_id = $1`,
      [providerId],
    );
    for (const flowToken of [mine, other]) await expect(accountOf(flowToken)).rejects.toThrow();
  });

  it('proves an address by the last code alone, once, and by no code of another sign-in', async () => {
    const [mine, other] = [await identified(), await identified()];
    const ask = (flowToken: string) => transaction((tx) => flows.askForProof(tx, flowToken));
    const take = (flowToken: string, proof: string) => transaction((tx) => flows.takeProof(tx, flowToken, proof));
    const [former, last, theirs] = [await ask(mine), await ask(mine), await ask(other)];
    expect([await take(mine, former), await take(mine, theirs), await take(other, last)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([await take(mine, last), await take(mine, last)]).toEqual([true, false]);
  });
});
