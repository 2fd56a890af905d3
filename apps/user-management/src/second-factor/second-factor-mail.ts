import type { Letter } from '../mail/letter.js';

export type SecondFactorEvent =
  | 'authenticator added'
  | 'authenticator removed'
  | 'passkey added'
  | 'passkey removed'
  | 'recovery code used'
  | 'recovery codes made anew'
  | 'all removed by an administrator';

const sentences: Readonly<Record<SecondFactorEvent, string>> = {
  'authenticator added': 'An authenticator app was added to your account: from now on its codes are asked for.',
  'authenticator removed': 'The authenticator app was removed from your account: its codes are not asked for any more.',
  'passkey added': 'A passkey was added to your account: whoever has its device can sign in.',
  'passkey removed': 'A passkey was removed from your account.',
  'recovery code used': 'Somebody signed in to your account with one of its recovery codes.',
  'recovery codes made anew': 'New recovery codes were made for your account: those from before are worth nothing.',
  'all removed by an administrator':
    'An administrator removed all authenticators and passkeys from your account, because somebody said that you lost them.',
};

export const secondFactorMail = (to: string, event: SecondFactorEvent): Letter => ({
  to,
  subject: 'How you sign in to Berth has changed',
  opening: [sentences[event]],
  closing: ['If it was not you, set a new password at once: berth recover'],
});
