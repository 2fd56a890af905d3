import { randomUUID } from 'node:crypto';
import { type CloudEvent, membershipGranted, membershipRevoked, type Role } from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quota } from './fixtures/identity-events.js';
import { probe } from './fixtures/probe.service-definition.js';

let service: TestService;
let bus: EventBus;
beforeAll(async () => {
  service = await startTestService(probe);
  bus = service.app.get<EventBus>(EVENT_BUS);
});
afterAll(() => service.close());

/** What happened in one organization, in order: somebody (by number) got a role, or lost what they had. */
type History = readonly { readonly member: number; readonly role: Role | null }[];

const history: fc.Arbitrary<History> = fc.array(
  fc.record({ member: fc.nat(3), role: fc.option(fc.constantFrom<Role>('owner', 'admin', 'developer', 'viewer')) }),
  { minLength: 1, maxLength: 8 },
);
/** For each organization its history, and where in the stream of all of them each event is said and said again. */
const scenario = fc.array(
  history.chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      order: fc.array(fc.nat(1_000), { minLength: facts.length * 2, maxLength: facts.length * 2 }),
      inOrder: fc.boolean(),
    }),
  ),
  { minLength: 2, maxLength: 4 },
);

/** One organization of a scenario. */
class Tenant {
  readonly id = randomUUID();
  readonly members = Array.from({ length: 4 }, () => randomUUID());

  constructor(private readonly facts: History) {}

  /** Every event, with versions from 1. */
  events(): CloudEvent[] {
    return this.facts.map(({ member, role }, index) => {
      const place = {
        organizationId: this.id,
        subjectId: this.members[member] ?? '',
        scope: { kind: 'organization', id: this.id },
      };
      const { type } = role === null ? membershipRevoked : membershipGranted;
      return this.event(type, index + 1, role === null ? place : { ...place, role });
    });
  }

  /** Everything as it is in the end. */
  snapshot(): CloudEvent {
    const memberships = [...this.truth()].map(([subjectId, role]) => ({
      organizationId: this.id,
      subjectId,
      scope: { kind: 'organization', id: this.id },
      role,
    }));
    const data = { organizationId: this.id, slug: 'acme', status: 'active', quota, memberships };
    return this.event('berth.organization.snapshot.v1', this.facts.length + 1, data);
  }

  truth(): Map<string, Role> {
    const roles = new Map<string, Role>();
    for (const { member, role } of this.facts) {
      if (role === null) roles.delete(this.members[member] ?? '');
      else roles.set(this.members[member] ?? '', role);
    }
    return roles;
  }

  private event(type: string, version: number, data: unknown): CloudEvent {
    return {
      specversion: '1.0',
      id: randomUUID(),
      source: '/berth/user-management',
      type,
      subject: this.id,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      partitionkey: this.id,
      aggregateversion: version,
      epoch: 0,
      data,
    };
  }
}

const say = (events: readonly CloudEvent[]) =>
  bus.publish(events.map((event) => ({ topic: 'berth.user-management', key: event.subject, event })));

async function stored(
  organizationId: string,
): Promise<{ roles: Map<string, Role>; awaiting: boolean; version: number }> {
  const rows = await service.database.query<{ subjectId: string; role: Role }>(
    'select subject_id as "subjectId", role from access_membership where organization_id = $1',
    [organizationId],
  );
  const [state] = await service.database.query<{ awaiting: boolean; version: number }>(
    'select awaiting_snapshot as awaiting, version from access_organization where organization_id = $1',
    [organizationId],
  );
  return {
    roles: new Map(rows.map((row) => [row.subjectId, row.role])),
    awaiting: state?.awaiting ?? false,
    version: state?.version ?? 0,
  };
}

const handled = (ids: readonly string[]) =>
  eventually(async () => {
    const rows = await service.database.query('select from inbox where event_id = any ($1::uuid[])', [ids]);
    expect(rows).toHaveLength(new Set(ids).size);
  });

it('events of many organizations, each said twice and out of order: a copy that trusts itself is right, and a snapshot makes every copy right', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (organizations) => {
      const tenants = organizations.map(({ facts, order, inOrder }) => ({ tenant: new Tenant(facts), order, inOrder }));
      const stream = tenants
        .flatMap(({ tenant, order, inOrder }) => {
          const events = tenant.events();
          const twice = inOrder ? events.flatMap((event) => [event, event]) : [...events, ...events];
          const places = inOrder ? [...order].sort((a, b) => a - b) : order;
          return twice.map((event, index) => ({ event, place: places[index] ?? 0 }));
        })
        .sort((a, b) => a.place - b.place)
        .map(({ event }) => event);
      await say(stream);
      await handled(stream.map(({ id }) => id));

      for (const { tenant, inOrder } of tenants) {
        const { roles, awaiting, version } = await stored(tenant.id);
        if (inOrder) expect({ roles, awaiting }).toEqual({ roles: tenant.truth(), awaiting: false });
        if (!awaiting && version === tenant.events().length) expect(roles).toEqual(tenant.truth());
      }
      const snapshots = tenants.map(({ tenant }) => tenant.snapshot());
      await say(snapshots);
      await handled(snapshots.map(({ id }) => id));
      for (const { tenant } of tenants)
        expect(await stored(tenant.id)).toMatchObject({ roles: tenant.truth(), awaiting: false });
    }),
    { numRuns: 25 },
  );
});
