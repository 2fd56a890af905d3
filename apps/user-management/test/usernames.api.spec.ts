import { randomUUID } from 'node:crypto';
import type { AccountExport, MemberView, User } from '@berth/contracts/identity';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HeldClock } from './fixtures/held-clock.js';
import { goodPassword, IdentityService, type Person } from './fixtures/identity-service.js';

const clock = new HeldClock();
let identity: IdentityService;
let fewTries: IdentityService;
beforeAll(async () => {
  const environment = { ACCESS_STALE_SECONDS: '1e9', ATTEMPTS_PER_ADDRESS: '1000000', TRUSTED_PROXIES: '127.0.0.1' };
  identity = await IdentityService.start({ ...environment, ATTEMPTS_PER_ACCOUNT: '1000000' }, [[Clock, clock]]);
  fewTries = await IdentityService.start({ ...environment, ATTEMPTS_PER_ACCOUNT: '6' }, [[Clock, clock]]);
});
afterAll(() => Promise.all([identity.close(), fewTries.close()]));

const newName = () => `n${randomUUID().slice(0, 18)}`;
/** Short: a longer one would be folded in the head of a mail. */
const word = () => randomUUID().slice(0, 8);
const address = (local: string = newName()) => `${local}@${word()}.example`;
const me = async ({ accessToken }: { accessToken: string }, on = identity) =>
  (await on.call<User>('GET', '/v1/me', { token: accessToken })).body;
const register = (body: object, on = identity) =>
  on.call('POST', '/v1/auth/register', { body: { password: goodPassword, email: address(), ...body } });
const logIn = (who: object, password = goodPassword, on = identity) =>
  on.call<Person>('POST', '/v1/auth/login', { body: { ...who, password } });
const verify = async (email: string, on = identity) =>
  on.call('POST', '/v1/auth/verify-email', { body: { token: await on.codeFor(email) } });

/** Somebody who chose that name. */
async function named(username: string, on = identity): Promise<User> {
  const email = address();
  expect((await register({ email, username }, on)).status).toBe(202);
  expect((await verify(email, on)).status).toBe(204);
  const { status, body } = await logIn({ email }, goodPassword, on);
  expect(status).toBe(200);
  return me(body, on);
}

const change = async (person: Person, username: unknown, on = identity) => {
  const { generation } = await me(person, on);
  const headers = { 'if-match': `"${generation}"` };
  return on.call<User & { code: string }>('PATCH', '/v1/me', {
    token: person.accessToken,
    body: { username },
    headers,
  });
};

describe('a username', () => {
  it('is chosen at sign-up, and lets its person in, however it is written', async () => {
    const name = newName();
    const { username, email } = await named(name.toUpperCase());
    expect(username).toBe(name);
    for (const who of [{ username: name }, { username: ` ${name.toUpperCase()} ` }, { email }])
      expect((await logIn(who)).status).toBe(200);
  });

  it('is made from the address of whoever chose none, with a number when somebody has it', async () => {
    const local = newName();
    const names = [];
    for (let i = 0; i < 3; i++) names.push((await me(await identity.person(address(local)))).username);
    expect(names).toEqual([local, `${local}2`, `${local}3`]);
    expect((await me(await identity.person(address('admin')))).username).toMatch(/^admin\d+$/);
  });

  it.each([
    ['of bad form', '-x'],
    ['reserved', 'Admin'],
    ['an address', 'ada@example.com'],
  ])('that is %s is refused with a pointer, and nothing is stored', async (_, username) => {
    const email = address();
    expect(await register({ email, username })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/username' }] },
    });
    expect(await identity.database.query('select from registration where email = $1', [email])).toEqual([]);
    expect(await identity.mailTo(email)).toEqual([]);
  });

  it('that somebody has is refused the same whether the address is known', async () => {
    const { username, email } = await named(newName());
    const refused = { status: 409, body: { code: 'username_taken', errors: [{ pointer: '/username' }] } };
    expect(await register({ username: username.toUpperCase() })).toMatchObject(refused);
    expect(await register({ username, email })).toMatchObject(refused);
  });

  it('that is taken uses up no letter to an address, whoever asks', async () => {
    const { username } = await named(newName(), fewTries);
    const email = address();
    const from = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}` });
    const ask = async (n: number, more: object) => {
      const body = { email, password: goodPassword, ...more };
      return (await fewTries.call('POST', '/v1/auth/register', { body, headers: from(n) })).status;
    };
    const refused = [];
    for (let n = 1; n <= 7; n++) refused.push(await ask(n, { username }));
    expect(refused).toEqual([409, 409, 409, 409, 409, 409, 409]);
    expect(await ask(8, {})).toBe(202);
  });

  it('that two want at once is the first one’s who proves an address; the other gets a number', async () => {
    const [name, emails] = [newName(), [address(), address()]];
    for (const email of emails) await register({ email, username: name });
    const codes = await Promise.all(emails.map((email) => identity.codeFor(email)));
    const proven = await Promise.all(
      codes.map((token) => identity.call('POST', '/v1/auth/verify-email', { body: { token } })),
    );
    expect(proven.map(({ status }) => status)).toEqual([204, 204]);
    const names = await Promise.all(emails.map(async (email) => (await me((await logIn({ email })).body)).username));
    expect([...names].sort()).toEqual([name, `${name}2`]);
    const [first, second] = names[0] === name ? emails : emails.toReversed();
    const told = async (email = '') =>
      (await identity.mailTo(email)).filter((mail) =>
        mail.includes('Subject: You got another username than you chose'),
      );
    await eventually(async () => expect((await told(second)).join()).toContain(`Yours is ${name}2.`));
    expect(await told(first)).toEqual([]);
  });

  it('is shown to other members and found by administrators', async () => {
    const owner = await identity.person();
    const name = newName();
    const { email } = await named(name);
    const { organization, access } = await identity.organization(owner.accessToken);
    const by = { token: owner.accessToken, headers: { 'berth-access': access } };
    const member = { ...(await logIn({ email })).body, email, password: goodPassword };
    await identity.join(member, { organizationId: organization.id, role: 'viewer' }, by);
    const { body } = await identity.call<{ items: MemberView[] }>(
      'GET',
      `/v1/memberships?organization=${organization.id}`,
      by,
    );
    expect(body.items.find((each) => each.email === email)?.username).toBe(name);
    await identity.database.query('update app_user set administrator = true where email = $1', [owner.email]);
    const administrator = (await logIn({ email: owner.email })).body;
    const found = await identity.call('GET', `/v1/admin/user-management/users?search=${name.slice(0, 12)}`, {
      token: administrator.accessToken,
    });
    expect(found).toMatchObject({ status: 200, body: { items: [{ email, username: name }] } });
  });
});

describe('a login', () => {
  it('by a name that nobody has is answered as one with a wrong password, by whichever name', async () => {
    const { username, email } = await named(newName());
    const answers = [
      await logIn({ username: newName() }),
      await logIn({ username }, 'not the password'),
      await logIn({ email }, 'not the password'),
      await logIn({ username: 'admin' }),
    ];
    for (const { status, body } of answers)
      expect([status, { ...body, correlationId: '', instance: '' }]).toEqual([
        401,
        { ...answers[0]?.body, correlationId: '', instance: '' },
      ]);
  });

  it.each([
    ['no name', {}],
    ['two names', { email: 'ada@example.com', username: 'ada' }],
    ['a name of bad form', { username: 'a b' }],
  ])('with %s is refused', async (_, who) => expect((await logIn(who)).status).toBe(422));

  it('is tried by two names no more often than an account may be, and neither name tells of the other', async () => {
    const { username, email } = await named(newName(), fewTries);
    const five = async (who: object) => {
      const statuses = [];
      for (let i = 0; i < 5; i++) statuses.push((await logIn(who, 'not the password', fewTries)).status);
      return statuses;
    };
    const share = [401, 401, 401, 429, 429]; // half of six
    expect(await five({ email })).toEqual(share);
    expect(await five({ username })).toEqual(share);
    expect(await five({ username: newName() })).toEqual(share);
  });

  it('on the page of a device takes the username, too', async () => {
    const { username } = await named(newName());
    const form = (fields: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...fields }).toString(),
    });
    const asked = await fetch(
      `${identity.service.url}/v1/oauth/device_authorization`,
      form({ client_id: 'berth-cli' }),
    );
    const { user_code: code } = (await asked.json()) as { user_code: string };
    const fields = { user_code: code, email: username.toUpperCase(), password: goodPassword, decision: 'approve' };
    const answered = await fetch(`${identity.service.url}/v1/oauth/device`, form(fields));
    expect([answered.status, await answered.text()]).toEqual([200, expect.stringContaining('Done')]);
  });
});

describe('changing a username', () => {
  it('takes effect at once, is told by mail, and keeps the former one from others for 30 days', async () => {
    const [former, next] = [newName(), newName()];
    const { email } = await named(former);
    const person = { ...(await logIn({ email })).body, email, password: goodPassword };
    expect(await change(person, next.toUpperCase())).toMatchObject({ status: 200, body: { username: next } });
    expect((await logIn({ username: former })).status).toBe(401);
    expect((await logIn({ username: next })).status).toBe(200);
    await eventually(async () =>
      expect((await identity.mailTo(email)).join('\n')).toContain('Subject: Your username was changed'),
    );
    const other = await identity.person();
    expect(await change(other, former)).toMatchObject({ status: 409, body: { code: 'username_taken' } });
    expect((await register({ username: former })).status).toBe(409);
    clock.forward(30 * 86_400_000 + 1_000);
    const later = { ...(await logIn({ email: other.email })).body, email: other.email, password: goodPassword };
    expect(await change(later, former)).toMatchObject({ status: 200, body: { username: former } });
  });

  it('can be taken back, and keeps three former names at most', async () => {
    const person = await identity.person();
    const first = (await me(person)).username;
    const second = newName();
    expect((await change(person, second)).status).toBe(200);
    expect(await change(person, first)).toMatchObject({ status: 200, body: { username: first } });
    for (const name of [newName(), newName()]) expect((await change(person, name)).status).toBe(200);
    const refused = await change(person, newName());
    expect(refused).toMatchObject({ status: 409, body: { code: 'username_changes_spent' } });
    const exported = await identity.call<AccountExport>('GET', '/v1/me/export', { token: person.accessToken });
    expect(exported.body.formerUsernames.map(({ username }) => username)).toEqual(
      expect.arrayContaining([first, second]),
    );
    expect(exported.body.formerUsernames).toHaveLength(3);
  });

  it('needs somebody who was proven a short while ago, whether the name is free or taken', async () => {
    const person = await identity.person();
    const proven = () =>
      identity.call('POST', '/v1/auth/step-up', { token: person.accessToken, body: { password: goodPassword } });
    const [own, taken, next] = [(await me(person)).username, (await named(newName())).username, newName()];
    await identity.database.query(`update session set proven_at = '2000-01-01' where id = $1`, [person.sessionId]);
    const refused = { status: 403, body: { code: 'step_up_required' } };
    for (const name of [next, taken]) expect(await change(person, name)).toMatchObject(refused);
    expect((await change(person, own)).status).toBe(200);
    expect((await me(person)).username).toBe(own);
    expect((await proven()).status).toBe(200);
    expect(await change(person, next)).toMatchObject({ status: 200, body: { username: next } });
  });

  it('is done by nobody with an API token, who may change the rest', async () => {
    const person = await identity.person();
    const made = await identity.call<{ token: string }>('POST', '/v1/api-tokens', {
      token: person.accessToken,
      body: { name: 'ci', scopes: ['*'] },
    });
    const { body } = await identity.call<Person>('POST', '/v1/auth/token', { body: { apiToken: made.body.token } });
    const byToken = { ...person, accessToken: body.accessToken };
    expect(await change(byToken, newName())).toMatchObject({ status: 403, body: { code: 'step_up_required' } });
    const headers = { 'if-match': '*' };
    const rest = { token: byToken.accessToken, headers, body: { displayName: 'Ada' } };
    expect((await identity.call('PATCH', '/v1/me', rest)).status).toBe(200);
  });

  it('is refused to those whose look is stale, and to a name of bad form', async () => {
    const person = await identity.person();
    const stale = { token: person.accessToken, body: { username: newName() }, headers: { 'if-match': '"99"' } };
    expect((await identity.call('PATCH', '/v1/me', stale)).status).toBe(412);
    expect(await change(person, 'x')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/username' }] } });
    expect(await change(person, null)).toMatchObject({ status: 422 });
  });

  it('of two who want each other’s name at once refuses both', async () => {
    const [ann, bob] = [await identity.person(), await identity.person()];
    const [nameOfAnn, nameOfBob] = [(await me(ann)).username, (await me(bob)).username];
    const answers = await Promise.all([change(ann, nameOfBob), change(bob, nameOfAnn)]);
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
    expect([(await me(ann)).username, (await me(bob)).username]).toEqual([nameOfAnn, nameOfBob]);
  });

  it('to names that are taken, one after the other, is slowed down', async () => {
    const taken = await named(newName(), fewTries);
    const person = await fewTries.person();
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await change(person, taken.username, fewTries)).status);
    expect(statuses).toEqual([409, 409, 409, 409, 409, 409, 429]);
  });

  it('is slowed down also when names that are free come in between', async () => {
    const taken = await named(newName(), fewTries);
    const person = await fewTries.person();
    const look = async (username: string) => {
      const headers = { 'if-match': '"99"' }; // changes nothing
      return (await fewTries.call('PATCH', '/v1/me', { token: person.accessToken, body: { username }, headers }))
        .status;
    };
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push(await look(newName()), await look(taken.username));
    expect(statuses).toEqual([1, 2, 3, 4, 5, 6].flatMap(() => [412, 409]));
    expect(await look(taken.username)).toBe(429);
  });
});
