import type { Letter } from '../mail/letter.js';

export const reactivatedMail = (to: string): Letter => ({
  to,
  subject: 'Your account is active again',
  opening: ['Somebody logged in to your account at Berth, which was deactivated. It is active again and stays.'],
  closing: ['If it was not you, set a new password at once: berth recover'],
});
