import type { Mail } from '../mail/mailer.js';

/** A line of its own holds the code, so that a person and a program find it. */
export const invitationMail = (to: string, organization: string, token: string): Mail => ({
  to,
  subject: `You are invited to ${organization}`,
  text: [
    `Somebody of the organization ${organization} invites you to work with them on Berth.`,
    'Log in, or register with this address, and accept with this code within 7 days:',
    '',
    `Code: ${token}`,
    '',
    'If you do not want to, do nothing, or decline with the same code.',
  ].join('\n'),
});
