import type { Letter } from '../mail/letter.js';

export const invitationMail = (to: string, organization: string, token: string): Letter => ({
  to,
  subject: `You are invited to ${organization}`,
  opening: [
    `Somebody of the organization ${organization} invites you to work with them on Berth.`,
    'Log in, or register with this address, and accept with this code within 7 days:',
  ],
  code: token,
  closing: ['If you do not want to, do nothing, or decline with the same code.'],
});
