import type { Mail } from '../mail/mailer.js';

/** A line of its own holds the code, so that a person and a program find it. */
export const recoveryMail = (to: string, token: string): Mail => ({
  to,
  subject: 'Set a new password',
  text: [
    'Somebody asked to set a new password for your account at Berth. If it was you, use this code within 30 minutes:',
    '',
    `Code: ${token}`,
    '',
    'If it was not you, do nothing: your password stays as it is.',
  ].join('\n'),
});
