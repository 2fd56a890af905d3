import type { Letter } from '../mail/letter.js';

export const verificationMail = (to: string, token: string): Letter => ({
  to,
  subject: 'Verify your e-mail address',
  opening: ['Somebody registered this address with Berth. If it was you, verify it with this code within 24 hours:'],
  code: token,
  closing: ['If it was not you, do nothing: no account comes of it.'],
});

export const alreadyRegisteredMail = (to: string): Letter => ({
  to,
  subject: 'You have an account already',
  opening: ['Somebody registered this address with Berth, where it has an account already.'],
  closing: ['If it was you, log in. If it was not you, do nothing: nothing has changed.'],
});

export const invitationNeededMail = (to: string): Letter => ({
  to,
  subject: 'You need an invitation',
  opening: ['Somebody registered this address with Berth, where accounts are for those who were invited.'],
  closing: ['If it was you, ask an organization to invite this address. If it was not you, do nothing.'],
});
