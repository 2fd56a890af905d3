import type { Letter } from '../mail/letter.js';

export const confirmAddressMail = (to: string, code: string): Letter => ({
  to,
  subject: 'Confirm your new e-mail address',
  opening: [
    'Somebody wants to use this address for their account at Berth. If it was you, confirm it within 24 hours:',
  ],
  code,
  closing: ['If it was not you, do nothing.'],
});

export const addressTakenMail = (to: string): Letter => ({
  to,
  subject: 'Your address belongs to an account already',
  opening: ['Somebody wants to use this address for another account at Berth. It belongs to yours, and stays there.'],
  closing: ['If it was you, log in with this address instead. If it was not you, do nothing.'],
});

export const addressChangeAskedMail = (to: string): Letter => ({
  to,
  subject: 'Your account is about to get another address',
  opening: ['Somebody who is logged in to your account at Berth asked to use another e-mail address for it.'],
  closing: ['If it was not you, set a new password at once: berth recover'],
});

export const addressChangedMail = (to: string): Letter => ({
  to,
  subject: 'The address of your account was changed',
  opening: [
    'The e-mail address of your account at Berth was changed. The former and the new address both get this mail.',
  ],
  closing: ['If it was not you, write to whoever runs this platform.'],
});

export const deactivatedMail = (to: string): Letter => ({
  to,
  subject: 'Your account is deactivated',
  opening: ['Your account at Berth was deactivated: everybody was signed out, and its API tokens are gone.'],
  closing: ['To have it back, log in.'],
});

export const suspendedMail = (to: string): Letter => ({
  to,
  subject: 'Your account is suspended',
  opening: ['An administrator has suspended your account at Berth: nobody can use it until that is taken back.'],
  closing: ['If you do not know why, write to whoever runs this platform.'],
});

export const resumedMail = (to: string): Letter => ({
  to,
  subject: 'Your account can be used again',
  opening: ['An administrator has taken back the suspension of your account at Berth.'],
  closing: ['Log in to use it. Its API tokens are gone: make new ones.'],
});

export const erasureMail = (to: string, at: Date): Letter => ({
  to,
  subject: 'Your account will be erased',
  opening: [`Your account at Berth was closed and will be erased on ${at.toISOString().slice(0, 10)} (UTC).`],
  closing: ['Until then logging in takes that back. Afterwards nothing of it can be restored.'],
});

export const erasedMail = (to: string): Letter => ({
  to,
  subject: 'Your account was erased',
  opening: ['Your account at Berth was erased, as you asked. This is the last mail that you get from us.'],
  closing: ['What you did in organizations stays in their records, under a number without your name.'],
});
