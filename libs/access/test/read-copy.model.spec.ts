import { randomUUID } from 'node:crypto';
import type { CloudEvent, MemberRole, Membership, Role } from '@berth/contracts/events';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accessMigrations } from '../src/index.js';
import { OrganizationsRepository } from '../src/read-copy/organizations.repository.js';

/** One thing that happened to an organization at its owner. Members are numbered. */
type Fact =
  | { readonly kind: 'grant'; readonly member: number; readonly role: Role }
  | { readonly kind: 'revoke'; readonly member: number };

/** What is done to the stream of facts on its way: lost, said twice, or a snapshot of everything so far comes after it. */
interface Way {
  readonly lost: boolean;
  readonly repeats: number;
  readonly snapshot: boolean;
}

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    kind: fc.constant('grant' as const),
    member: fc.nat(3),
    role: fc.constantFrom<Role>('owner', 'admin', 'developer', 'viewer'),
  }),
  fc.record({ kind: fc.constant('revoke' as const), member: fc.nat(3) }),
);
const way: fc.Arbitrary<Way> = fc.record({
  lost: fc.boolean(),
  repeats: fc.nat(2),
  snapshot: fc.boolean(),
});

let made: TestDatabase;
const organizations = new OrganizationsRepository();
beforeAll(async () => {
  made = await testDatabase({ migrations: accessMigrations });
});
afterAll(() => made.drop());

const members = Array.from({ length: 4 }, () => randomUUID());

/** The read copy as a handler would keep it, fed by hand. */
class Copy {
  readonly organizationId = randomUUID();
  private version = 0;

  async hear(happened: Fact, { lost, repeats, snapshot }: Way, truth: ReadonlyMap<number, Role>): Promise<void> {
    this.version += 1;
    const version = this.version;
    for (let i = 0; !lost && i <= repeats; i++) await this.apply(happened, version);
    if (!snapshot) return;
    this.version += 1;
    await this.restate(truth, this.version);
  }

  private at = (version: number) => ({ epoch: 0, aggregateversion: version }) as CloudEvent;

  private membership = (member: number, role: Role): Membership => ({
    organizationId: this.organizationId,
    subjectId: members[member] ?? '',
    scope: { kind: 'organization', id: this.organizationId },
    role,
  });

  private async apply(happened: Fact, version: number): Promise<void> {
    await made.database.transaction(async (tx) => {
      const verdict = await organizations.advance(tx, this.organizationId, this.at(version));
      if (happened.kind === 'grant' && verdict === 'apply')
        await organizations.grant(tx, this.membership(happened.member, happened.role));
      if (happened.kind === 'revoke' && verdict !== 'skip')
        await organizations.revoke(tx, this.membership(happened.member, 'viewer'));
    });
  }

  private async restate(truth: ReadonlyMap<number, Role>, version: number): Promise<void> {
    await made.database.transaction(async (tx) => {
      const verdict = await organizations.advance(tx, this.organizationId, this.at(version), true);
      const all = [...truth].map(([member, role]) => this.membership(member, role));
      if (verdict === 'apply') await organizations.replaceGrants(tx, this.organizationId, all);
    });
  }

  async roles(): Promise<{ trusted: boolean; roles: (MemberRole | undefined)[] }> {
    const known = await Promise.all(
      members.map((member) => organizations.member(made.database, this.organizationId, member)),
    );
    return {
      trusted: known[0]?.awaitingSnapshot === false,
      roles: known.map((each) => each?.grants[0]?.role),
    };
  }
}

it('whatever is lost or said twice: a copy that trusts itself equals the truth as of what it heard, and a snapshot repairs it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fact, way), { minLength: 1, maxLength: 12 }), async (history) => {
      const copy = new Copy();
      const truth = new Map<number, Role>();
      let heard: ReadonlyMap<number, Role> = new Map();
      let isWhole = true;
      for (const [happened, how] of history) {
        if (happened.kind === 'grant') truth.set(happened.member, happened.role);
        else truth.delete(happened.member);
        await copy.hear(happened, how, truth);
        isWhole = how.snapshot || (isWhole && !how.lost);
        if (isWhole) heard = new Map(truth);
        const { trusted, roles } = await copy.roles();
        if (isWhole) expect(trusted).toBe(true);
        // It may not know yet that something was lost, but then it is what it was before.
        if (trusted) expect(roles).toEqual(members.map((_, member) => heard.get(member)));
      }
    }),
    { numRuns: 60 },
  );
});
