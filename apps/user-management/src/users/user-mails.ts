import type { Letter } from '../mail/letter.js';

export const usernameChangedMail = (to: string): Letter => ({
  to,
  subject: 'Your username was changed',
  opening: [
    'You log in to your account at Berth with another username from now on. Your e-mail address still does, too.',
  ],
  closing: [
    'For 30 days nobody else can have the former one, and you can take it back: berth account rename NAME',
    'If it was not you, set a new password at once: berth recover',
  ],
});

export const otherUsernameMail = (to: string, chosen: string, given: string): Letter => ({
  to,
  subject: 'You got another username than you chose',
  opening: [`The username ${chosen}, which you chose, was not free any more. Yours is ${given}.`],
  closing: ['Choose another one whenever you like: berth account rename NAME'],
});

export const reactivatedMail = (to: string): Letter => ({
  to,
  subject: 'Your account is active again',
  opening: ['Somebody logged in to your account at Berth, which was deactivated. It is active again and stays.'],
  closing: ['If it was not you, set a new password at once: berth recover'],
});
