import type { Letter } from '../mail/letter.js';

export const recoveryMail = (to: string, token: string): Letter => ({
  to,
  subject: 'Set a new password',
  opening: [
    'Somebody asked to set a new password for your account at Berth. If it was you, use this code within 30 minutes:',
  ],
  code: token,
  closing: ['If it was not you, do nothing: your password stays as it is.'],
});
