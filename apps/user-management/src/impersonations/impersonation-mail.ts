import type { Letter } from '../mail/letter.js';

/** The reason is an administrator's own words. */
export const impersonationMail = (to: string, id: string, reason: string): Letter => ({
  to,
  subject: 'An administrator asks to see what you see',
  opening: [
    `An administrator of Berth asks to look at it as you for an hour, without changing anything: ${reason}`,
    `If you want that, log in and say so: berth impersonations consent ${id}`,
  ],
  closing: ['If you do not want that, do nothing, or refuse: berth impersonations end ID. Secrets are never shown.'],
});
