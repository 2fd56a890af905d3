import type { Letter } from '../mail/letter.js';

export const passwordChangedMail = (to: string): Letter => ({
  to,
  subject: 'Your password was changed',
  opening: [
    'The password of your account at Berth was changed, and everybody who was signed in with it was signed out.',
  ],
  closing: ['If it was not you, set a new password at once: berth recover'],
});
