import type { Mail } from '../mail/mailer.js';

export const passwordChangedMail = (to: string): Mail => ({
  to,
  subject: 'Your password was changed',
  text: [
    'The password of your account at Berth was changed, and everybody who was signed in with it was signed out.',
    '',
    'If it was not you, set a new password at once: berth recover',
  ].join('\n'),
});
