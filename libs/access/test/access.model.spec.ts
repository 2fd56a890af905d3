import { randomUUID } from 'node:crypto';
import {
  type CloudEvent,
  groupChanged,
  groupDeleted,
  membershipGranted,
  membershipRevoked,
  organizationResumed,
  organizationSecurityChanged,
  organizationSuspended,
  type Role,
  roleChanged,
  roleDeleted,
} from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, patient, startTestService } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Access, type Caller, type Permission } from '../src/index.js';
import {
  everything,
  type Fact,
  type Given,
  type PlacedGrant,
  type PlaceName,
  Places,
  type Question,
  Truth,
} from './fixtures/access-model.js';
import { probe } from './fixtures/probe.service-definition.js';
import { type Stage, stageOf } from './fixtures/tenant.js';

let stage: Stage;
let access: Access;
beforeAll(async () => {
  stage = await stageOf(await startTestService(probe, patient));
  access = stage.service.app.get(Access);
});
afterAll(() => stage.service.close());

const MEMBERS = 4;
/** Somebody who never gets a role. */
const STRANGER = MEMBERS;

const place = fc.constantFrom<PlaceName>('organization', 'p0', 'p1', 'e0', 'e1');
const given: fc.Arbitrary<Given> = fc.oneof(
  fc.constantFrom<Role>('owner', 'admin', 'developer', 'viewer', 'billing'),
  fc.nat(1),
);
const member = fc.nat(MEMBERS - 1);
const grants = fc.uniqueArray(fc.record({ place, given }), { maxLength: 3, selector: (each) => each.place });
const asked = fc.oneof(
  fc.constantFrom<Permission>('projects:read', 'secrets:read', 'apps:create', 'workloads:logs', 'organizations:delete'),
  fc.constantFrom<Permission>(...everything),
);
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: fc.constant('grant' as const), member, place, given }),
  fc.record({ kind: fc.constant('revoke' as const), member, place }),
  fc.record({
    kind: fc.constant('role' as const),
    role: fc.nat(1),
    permissions: fc.array(fc.oneof(asked, fc.constant('made:up')), { maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant('role gone' as const), role: fc.nat(1) }),
  fc.record({
    kind: fc.constant('group' as const),
    group: fc.nat(1),
    members: fc.array(member, { maxLength: 3 }),
    grants,
  }),
  fc.record({ kind: fc.constant('group gone' as const), group: fc.nat(1) }),
  fc.record({ kind: fc.constant('suspended' as const), is: fc.boolean() }),
  fc.record({ kind: fc.constant('strict' as const), is: fc.boolean() }),
);
/** What happens to what is said: most of it arrives, some twice, some never, and sometimes all is said anew. */
const way = fc.record({
  lost: fc.nat(9).map((n) => n === 0),
  twice: fc.boolean(),
  snapshot: fc.nat(4).map((n) => n === 0),
});
const scopes = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['*']) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.oneof(
        asked,
        asked.map((each) => `${each.split(':')[0]}:*`),
      ),
      { maxLength: 6 },
    ),
  },
);
const flags = { machine: fc.boolean(), secondFactor: fc.boolean(), scopes, permission: asked, place };
const question: fc.Arbitrary<Question> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ member, administrator: fc.constant(false), ...flags }) },
  { weight: 1, arbitrary: fc.record({ member: fc.constant(STRANGER), administrator: fc.boolean(), ...flags }) },
);

/** One organization, said of on the bus as the truth has it. */
class Spoken {
  readonly organizationId = randomUUID();
  readonly places = new Places(this.organizationId, randomUUID);
  readonly members = Array.from({ length: MEMBERS + 1 }, () => randomUUID());
  private readonly roles = [randomUUID(), randomUUID()];
  private readonly groups = [randomUUID(), randomUUID()];
  private readonly events: CloudEvent[] = [];
  version = 1;

  async create(): Promise<void> {
    const { event } = await stage.say.created(this.organizationId, randomUUID());
    this.events.push(event);
  }

  async tell(happened: Fact, twice: boolean): Promise<void> {
    const [definition, rest] = this.wording(happened);
    const { event } = await stage.say.about(definition, this.organizationId, rest, { version: this.version });
    this.events.push(event);
    if (!twice) return;
    const again = { ...event, id: randomUUID() };
    this.events.push(again);
    const [topic, key] = ['berth.user-management', this.organizationId];
    const messages = [event, again].map((each) => ({ topic, key, event: each }));
    await stage.service.app.get<EventBus>(EVENT_BUS).publish(messages);
  }

  async tellAll(truth: Truth): Promise<void> {
    const { organizationId } = this;
    const { event } = await stage.say.snapshot(
      organizationId,
      {},
      { version: this.version },
      {
        status: truth.suspended ? 'suspended' : 'active',
        secondFactorRequired: truth.strict,
        memberships: [...truth.own.values()].map((each) => ({ ...this.membership(each), organizationId })),
        roles: [...truth.roles].map(([role, permissions]) => ({
          organizationId,
          roleId: this.roles[role] ?? '',
          permissions: [...permissions],
        })),
        groups: [...truth.groups].map(([group, each]) => ({ ...this.group(group, each), organizationId })),
      },
    );
    this.events.push(event);
  }

  handled = () =>
    eventually(async () => {
      const ids = this.events.map(({ id }) => id);
      const rows = await stage.service.database.query('select from inbox where event_id = any ($1::uuid[])', [ids]);
      expect(rows).toHaveLength(ids.length);
    });

  async answer(of: Question): Promise<string> {
    const caller: Caller = {
      subjectId: this.members[of.member] ?? '',
      sessionId: randomUUID(),
      kind: of.machine ? 'service-account' : 'user',
      administrator: of.administrator,
      secondFactor: of.secondFactor,
      scopes: of.scopes,
      tokenExpiresAt: new Date(Date.now() + 60_000),
    };
    return access.require(caller, of.permission, this.places.target(of.place)).then(
      () => 'allowed',
      (error: { code: string }) => error.code,
    );
  }

  private wording(happened: Fact): [Parameters<typeof stage.say.about>[0], object] {
    switch (happened.kind) {
      case 'grant':
        return [membershipGranted, this.membership(happened)];
      case 'revoke':
        return [
          membershipRevoked,
          { subjectId: this.members[happened.member], scope: this.places.scope(happened.place) },
        ];
      case 'role':
        return [roleChanged, { roleId: this.roles[happened.role], permissions: happened.permissions }];
      case 'role gone':
        return [roleDeleted, { roleId: this.roles[happened.role] }];
      case 'group':
        return [groupChanged, this.group(happened.group, happened)];
      case 'group gone':
        return [groupDeleted, { groupId: this.groups[happened.group] }];
      case 'suspended':
        return [happened.is ? organizationSuspended : organizationResumed, {}];
      case 'strict':
        return [organizationSecurityChanged, { secondFactorRequired: happened.is }];
    }
  }

  private grant({ place: at, given: what }: PlacedGrant) {
    const scope = this.places.scope(at);
    return typeof what === 'number'
      ? { scope, role: 'custom' as const, roleId: this.roles[what] ?? '' }
      : { scope, role: what };
  }

  private membership(each: PlacedGrant & { readonly member: number }) {
    return { subjectId: this.members[each.member] ?? '', ...this.grant(each) };
  }

  private group(group: number, each: { readonly members: readonly number[]; readonly grants: readonly PlacedGrant[] }) {
    return {
      groupId: this.groups[group] ?? '',
      memberIds: each.members.map((one) => this.members[one] ?? ''),
      grants: each.grants.map((one) => this.grant(one)),
    };
  }
}

const history = fc.array(fc.tuple(fact, way), { minLength: 1, maxLength: 16 });
const questions = fc.array(question, { minLength: 20, maxLength: 20 });

it('whoever asks for whatever is answered as the slow model of what was heard says, and not at all where something is missing', async () => {
  const given = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(history, questions, async (happened, all) => {
      const spoken = new Spoken();
      await spoken.create();
      const truth = new Truth();
      let heard = truth.copy();
      let copy: 'whole' | 'behind' | 'incomplete' = 'whole';
      for (const [each, { lost, twice, snapshot }] of happened) {
        truth.apply(each);
        spoken.version += 1;
        if (!lost) await spoken.tell(each, twice);
        if (lost) copy = copy === 'whole' ? 'behind' : copy;
        else copy = copy === 'whole' ? 'whole' : 'incomplete';
        if (snapshot) {
          spoken.version += 1;
          await spoken.tellAll(truth);
          copy = 'whole';
        }
        if (copy === 'whole') heard = truth.copy();
      }
      await spoken.handled();
      for (const asking of all) {
        const expected = copy === 'incomplete' && !asking.administrator ? 'access_pending' : heard.answer(asking);
        given.set(expected, (given.get(expected) ?? 0) + 1);
        expect({ asking, answer: await spoken.answer(asking) }).toEqual({ asking, answer: expected });
      }
    }),
    { numRuns: 40 },
  );
  // Each answer there is was met: a model that only ever refuses proves nothing.
  expect([...given.keys()].sort()).toEqual([
    'access_pending',
    'allowed',
    'forbidden',
    'not_found',
    'organization_suspended',
    'second_factor_needed',
  ]);
});
