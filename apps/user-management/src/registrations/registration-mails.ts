import type { Mail } from '../mail/mailer.js';

/** A line of its own holds the code, so that a person and a program find it. */
export const verificationMail = (to: string, token: string): Mail => ({
  to,
  subject: 'Verify your e-mail address',
  text: [
    'Somebody registered this address with Berth. If it was you, verify it with this code within 24 hours:',
    '',
    `Code: ${token}`,
    '',
    'If it was not you, do nothing: no account comes of it.',
  ].join('\n'),
});

export const alreadyRegisteredMail = (to: string): Mail => ({
  to,
  subject: 'You have an account already',
  text: [
    'Somebody registered this address with Berth, where it has an account already.',
    '',
    'If it was you, log in. If it was not you, do nothing: nothing has changed.',
  ].join('\n'),
});
