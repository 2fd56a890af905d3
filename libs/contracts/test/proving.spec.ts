import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as identity from '../src/identity.js';
import { describeBody, long, uuid, wrongIn } from './support/body.js';

const shown = {
  id: 'AQ',
  rawId: 'AQ',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
};

describe('who logs in', () => {
  const valid = { email: 'ada@example.com', password: 'x' };

  it('is named by an address or a username, and never by both', () => {
    expect(wrongIn(identity.login, { username: 'ada', password: 'x' })).toEqual([]);
    expect(wrongIn(identity.login, { ...valid, username: 'ada' })).toEqual(['/email']);
    expect(wrongIn(identity.login, { password: 'x' })).toEqual(['/email']);
  });

  it('may have a username that nobody may choose any more: it is looked for, not made', () => {
    expect(wrongIn(identity.login, { username: 'admin', password: 'x' })).toEqual([]);
  });

  it.each([
    ['/id', { id: 'a b' }],
    ['/type', { type: 'password' }],
    ['/rawId', { rawId: long(20_001) }],
    ['/response', { response: 'AA' }],
  ])('shows a passkey as browsers do: %s is looked at', (pointer, wrong) => {
    expect(wrongIn(identity.login, { ...valid, passkey: { ...shown, ...wrong } })).toEqual([`/passkey${pointer}`]);
  });
});

describe('a username', () => {
  it.each(['ab', 'a1', 'ada.lovelace', 'a_b-c', '9lives', long(39)])('may be %s', (name) =>
    expect(identity.username.safeParse(name).data).toBe(name),
  );

  it.each(['a', '', '-ada', 'ada.', '_ada', 'ada@example.com', 'a da', 'größe', long(40), 'ada\0'])(
    'may not be %j',
    (name) => expect(identity.username.safeParse(name).success).toBe(false),
  );

  it.each(['admin', 'ADMIN', ' Root ', 'berth', 'support', 'no-reply', uuid, uuid.toUpperCase()])(
    'may not be %j, which somebody would take for another',
    (name) => {
      expect(identity.username.safeParse(name).success).toBe(false);
      expect(identity.writtenUsername.safeParse(name).success).toBe(true);
    },
  );

  it('is the same however it is typed', () => {
    const typed = fc.tuple(fc.constantFrom('', ' ', '\t'), fc.mixedCase(fc.constant('ada.lovelace-9')));
    fc.assert(
      fc.property(typed, ([space, text]) =>
        expect(identity.username.parse(space + text + space)).toBe('ada.lovelace-9'),
      ),
    );
  });
});

describeBody({
  name: 'proving again who one is',
  schema: identity.stepUp,
  valid: { password: 'x' },
  takes: [
    ['/password', long(1_000)],
    ['/code', '123456'],
    ['/passkey', shown],
  ],
  refuses: [
    ['/password', undefined],
    ['/password', ''],
    ['/password', long(1_001)],
    ['/code', '12345'],
    ['/code', long(41, '1')],
    ['/passkey', { ...shown, type: 'password' }, '/passkey/type'],
  ],
});

it('a passkey alone proves it', () => expect(wrongIn(identity.stepUp, { passkey: shown })).toEqual([]));

describeBody({
  name: 'the begin of signing in elsewhere',
  schema: identity.beginSignIn,
  valid: { providerId: uuid, redirectUri: 'http://127.0.0.1:4711/back' },
  takes: [['/redirectUri', 'https://berth.example/sign-in']],
  refuses: [
    ['/providerId', 'github'],
    ['/redirectUri', 'javascript:alert(1)'],
    ['/redirectUri', 'berth://back'],
    ['/redirectUri', '/back'],
    ['/redirectUri', `https://berth.example/${long(2_000)}`],
  ],
});

describeBody({
  name: 'what a provider answered',
  schema: identity.answerSignIn,
  valid: { flowToken: 'flow', query: 'code=a&state=b' },
  takes: [['/query', long(8_000)]],
  refuses: [
    ['/flowToken', ''],
    ['/flowToken', long(201)],
    ['/query', ''],
    ['/query', long(8_001)],
  ],
});

describeBody({
  name: 'a new account of somebody whom a provider knows',
  schema: identity.registerWithFlow,
  valid: { flowToken: 'flow', token: 'from-the-mail' },
  takes: [['/displayName', 'Ada']],
  refuses: [
    ['/token', undefined],
    ['/token', ''],
    ['/displayName', ' '],
  ],
});

describeBody({
  name: 'another account of one’s own at a provider',
  schema: identity.linkIdentity,
  valid: { flowToken: 'flow', password: 'x' },
  refuses: [
    ['/password', undefined],
    ['/flowToken', undefined],
  ],
});

describeBody({
  name: 'a new password',
  schema: identity.changePassword,
  valid: { currentPassword: 'x', password: 'correct horse' },
  takes: [['/currentPassword', long(1_000)]],
  refuses: [
    ['/currentPassword', undefined],
    ['/currentPassword', ''],
    ['/password', 'short'],
    ['/password', long(257)],
  ],
});

describeBody({
  name: 'a password after recovery',
  schema: identity.completeRecovery,
  valid: { token: 'from-the-mail', password: 'correct horse' },
  refuses: [
    ['/token', ''],
    ['/token', long(201)],
    ['/password', 'short'],
  ],
});

describeBody({
  name: 'the end of the second factor',
  schema: identity.disableTotp,
  valid: { password: 'x', code: '123456' },
  refuses: [
    ['/code', undefined],
    ['/code', ' 12345 '],
    ['/password', undefined],
  ],
});

describeBody({
  name: 'an answer to a device',
  schema: identity.answerDevice,
  valid: { userCode: 'ABCD-EFGH', decision: 'approve' },
  takes: [['/decision', 'deny']],
  refuses: [
    ['/decision', undefined],
    ['/decision', 'yes'],
    ['/userCode', ''],
    ['/userCode', long(21)],
  ],
});
