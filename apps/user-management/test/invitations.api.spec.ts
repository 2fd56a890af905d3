import { randomUUID } from 'node:crypto';
import type { InvitationView, MemberView } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, type Person } from './fixtures/identity-service.js';

/** Real time, which a test may move forward. */
class MovedClock extends Clock {
  forward = 0;
  override now(): Date {
    return new Date(Date.now() + this.forward);
  }
}

const clock = new MovedClock();
let identity: IdentityService;
beforeAll(async () => {
  identity = await IdentityService.start({ ACCESS_STALE_SECONDS: '1e9' }, [[Clock, clock]]);
});
afterAll(() => identity.close());

/** An organization with its owner; calls wait for the newest access version that any of them has seen. */
async function founded() {
  const owner = await identity.person();
  const { organization, access } = await identity.organization(owner.accessToken);
  let seen = access;
  const as = async <Body = Record<string, unknown>>(person: Person, method: string, path: string, body?: unknown) => {
    const answer = await identity.call<Body>(method, path, {
      token: person.accessToken,
      headers: { 'berth-access': seen },
      ...(body === undefined ? {} : { body }),
    });
    seen = answer.headers.get('berth-access') ?? seen;
    return answer;
  };
  const invite = (by: Person, email: string, role = 'developer', scope?: unknown) =>
    as<InvitationView>(by, 'POST', '/v1/invitations', {
      organizationId: organization.id,
      email,
      role,
      ...(scope === undefined ? {} : { scope }),
    });
  const add = async (person: Person, role: string) => {
    const by = { token: owner.accessToken, headers: { 'berth-access': seen } };
    const { headers } = await identity.join(person, { organizationId: organization.id, role }, by);
    seen = headers.get('berth-access') ?? seen;
  };
  const members = async () =>
    (await as<{ items: MemberView[] }>(owner, 'GET', `/v1/memberships?organization=${organization.id}`)).body.items;
  const open = async () =>
    (await as<{ items: InvitationView[] }>(owner, 'GET', `/v1/invitations?organization=${organization.id}`)).body.items;
  return { owner, organization, as, add, invite, members, open };
}

const accept = <Body = MemberView>(person: Person, token: string) =>
  identity.call<Body>('POST', '/v1/invitations/accept', { token: person.accessToken, body: { token } });
const decline = (token: string) => identity.call('POST', '/v1/invitations/decline', { body: { token } });

describe('an invitation', () => {
  it('comes by mail and gives its reader the role, which holds for the next request', async () => {
    const { owner, organization, as, invite, open } = await founded();
    const guest = await identity.person();
    const sent = await invite(owner, guest.email);
    expect(sent).toMatchObject({ status: 201, body: { email: guest.email, role: 'developer' } });
    expect(JSON.stringify(sent.body)).not.toContain('token');
    const code = await identity.codeFor(guest.email, 2);
    expect((await identity.mailTo(guest.email)).at(-1)).toContain(`You are invited to ${organization.slug}`);

    const accepted = await accept(guest, code);
    expect(accepted).toMatchObject({ status: 201, body: { email: guest.email, role: 'developer' } });
    const headers = { 'berth-access': accepted.headers.get('berth-access') ?? '' };
    const mine = await identity.call('GET', `/v1/organizations/${organization.id}`, {
      token: guest.accessToken,
      headers,
    });
    expect(mine.status).toBe(200);
    expect(await open()).toEqual([]);
    expect((await as(guest, 'GET', `/v1/audit?organization=${organization.id}`)).status).toBe(403);
  });

  it('waits for somebody who registers only then', async () => {
    const { owner, invite, members } = await founded();
    const email = `${randomUUID()}@example.com`;
    await invite(owner, email, 'viewer');
    const code = await identity.codeFor(email);
    await identity.call('POST', '/v1/auth/register', { body: { email, password: 'correct horse battery 9' } });
    await identity.call('POST', '/v1/auth/verify-email', { body: { token: await identity.codeFor(email, 2) } });
    const guest = { ...(await identity.login(email, 'correct horse battery 9')).body, email, password: '' };
    expect((await accept(guest, code)).status).toBe(201);
    expect((await members()).map((each) => [each.email, each.role])).toContainEqual([email, 'viewer']);
  });

  it('to a project or an environment gives nothing beyond it', async () => {
    const { owner, organization, invite } = await founded();
    const guest = await identity.person();
    const scope = { kind: 'project', id: randomUUID() };
    await invite(owner, guest.email, 'admin', scope);
    const accepted = await accept(guest, await identity.codeFor(guest.email, 2));
    expect(accepted.body).toMatchObject({ scope, role: 'admin' });
    const headers = { 'berth-access': accepted.headers.get('berth-access') ?? '' };
    const read = await identity.call('GET', `/v1/organizations/${organization.id}`, {
      token: guest.accessToken,
      headers,
    });
    expect(read.status).toBe(403);
    expect(await invite(owner, guest.email, 'billing', scope)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/role' }] },
    });
  });

  it('is for the address that it was sent to: passed on it is worth nothing, and is not used up by trying', async () => {
    const { owner, invite, members } = await founded();
    const [guest, thief] = [await identity.person(), await identity.person()];
    await invite(owner, guest.email);
    const code = await identity.codeFor(guest.email, 2);
    expect(await accept(thief, code)).toMatchObject({ status: 403, body: { code: 'invitation_for_another_address' } });
    expect(await members()).toHaveLength(1);
    expect((await accept(guest, code)).status).toBe(201);
  });

  it('is accepted once, however many try at the same time', async () => {
    const { owner, invite, members } = await founded();
    const guest = await identity.person();
    await invite(owner, guest.email);
    const code = await identity.codeFor(guest.email, 2);
    const answers = await Promise.all(Array.from({ length: 12 }, () => accept(guest, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 11 }, () => 422)]);
    expect(await members()).toHaveLength(2);
  });

  it('is either accepted or declined, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const { owner, invite, members } = await founded();
      const guest = await identity.person();
      await invite(owner, guest.email);
      const code = await identity.codeFor(guest.email, 2);
      const [accepted, declined] = await Promise.all([accept(guest, code), decline(code)]);
      expect([accepted.status === 201, declined.status === 204].filter(Boolean)).toHaveLength(1);
      expect(await members()).toHaveLength(accepted.status === 201 ? 2 : 1);
    }
  });

  it('ends after a week, and can then be sent anew', async () => {
    const { owner, invite } = await founded();
    const guest = await identity.person();
    await invite(owner, guest.email);
    const code = await identity.codeFor(guest.email, 2);
    expect(await invite(owner, guest.email)).toMatchObject({ status: 409, body: { code: 'invitation_exists' } });
    clock.forward = 7 * 86_400_000 + 1_000;
    try {
      expect((await decline(code)).body).toMatchObject({ code: 'invitation_invalid' });
      const again = await identity.login(guest.email, guest.password);
      const by = { ...owner, ...(await identity.login(owner.email, owner.password)).body };
      expect((await invite(by, guest.email)).status).toBe(201);
      expect(again.status).toBe(200);
    } finally {
      clock.forward = 0;
    }
  });

  it('sent again has a new code, and the former is worthless', async () => {
    const { owner, as, invite } = await founded();
    const guest = await identity.person();
    const { body } = await invite(owner, guest.email);
    const first = await identity.codeFor(guest.email, 2);
    expect((await as(owner, 'POST', `/v1/invitations/${body.id}/resend`)).status).toBe(204);
    const second = await identity.codeFor(guest.email, 3);
    expect((await accept(guest, first)).status).toBe(422);
    expect((await accept(guest, second)).status).toBe(201);
  });

  it('can be taken back', async () => {
    const { owner, as, invite, open } = await founded();
    const guest = await identity.person();
    const { body } = await invite(owner, guest.email);
    const code = await identity.codeFor(guest.email, 2);
    expect((await as(owner, 'DELETE', `/v1/invitations/${body.id}`)).status).toBe(204);
    expect((await accept(guest, code)).status).toBe(422);
    expect((await as(owner, 'DELETE', `/v1/invitations/${body.id}`)).status).toBe(404);
    expect(await open()).toEqual([]);
  });

  it('is sent by those alone who may add members, and to become owner by owners alone', async () => {
    const { owner, organization, as, add, invite } = await founded();
    const [admin, developer, stranger] = [await identity.person(), await identity.person(), await identity.person()];
    for (const [person, role] of [
      [admin, 'admin'],
      [developer, 'developer'],
    ] as const)
      await add(person, role);
    const email = () => `${randomUUID()}@example.com`;
    expect((await invite(admin, email())).status).toBe(201);
    expect((await invite(admin, email(), 'owner')).status).toBe(403);
    expect((await invite(owner, email(), 'owner')).status).toBe(201);
    expect((await invite(developer, email())).status).toBe(403);
    expect((await invite(stranger, email())).status).toBe(404);
    for (const [person, status] of [
      [developer, 403],
      [stranger, 404],
    ] as const)
      expect((await as(person, 'GET', `/v1/invitations?organization=${organization.id}`)).status).toBe(status);
  });

  it('leaves its code and its address in no event and no audit entry', async () => {
    const { owner, organization, invite } = await founded();
    const guest = await identity.person();
    await invite(owner, guest.email);
    const code = await identity.codeFor(guest.email, 2);
    await accept(guest, code);
    const trail = () =>
      identity.database.query<{ text: string }>(
        'select entry::text as text from audit_trail where organization_id = $1',
        [organization.id],
      );
    await eventually(async () => expect((await trail()).length).toBeGreaterThanOrEqual(3));
    const events = await identity.database.query<{ text: string }>('select event::text as text from berth_bus.message');
    for (const { text } of [...(await trail()), ...events])
      for (const secret of [code, guest.email]) expect(text).not.toContain(secret);
  });
});
