import type { Letter } from '../mail/letter.js';

export const addressProofMail = (to: string, provider: string, proof: string): Letter => ({
  to,
  subject: 'Finish your registration at Berth',
  opening: [
    `Somebody signed in to Berth through ${provider} as ${to}. If it was you, finish with this code within 15 minutes:`,
  ],
  code: proof,
  closing: ['If it was not you, do nothing.'],
});

export const linkInsteadMail = (to: string, provider: string): Letter => ({
  to,
  subject: 'Your address was used to sign in at Berth',
  opening: [
    `Somebody signed in to Berth through ${provider} as ${to}. You have an account at Berth already.`,
    `If it was you, log in with your password and add ${provider} as another way to sign in.`,
  ],
  closing: ['If it was not you, do nothing: nobody gets in like this.'],
});

export const identityLinkedMail = (to: string, provider: string): Letter => ({
  to,
  subject: 'Another way to sign in to your account',
  opening: [`From now on whoever ${provider} says is you can sign in to your account at Berth.`],
  closing: ['If you did not want that, take it back and set a new password at once: berth recover'],
});
