import type { Mail } from '../mail/mailer.js';

/** A line of its own holds the code, so that a person and a program find it. */
export const addressProofMail = (to: string, provider: string, proof: string): Mail => ({
  to,
  subject: 'Finish your registration at Berth',
  text: [
    `Somebody signed in to Berth through ${provider} as ${to}. If it was you, finish with this code within 15 minutes:`,
    '',
    `Code: ${proof}`,
    '',
    'If it was not you, do nothing.',
  ].join('\n'),
});

export const linkInsteadMail = (to: string, provider: string): Mail => ({
  to,
  subject: 'Your address was used to sign in at Berth',
  text: [
    `Somebody signed in to Berth through ${provider} as ${to}. You have an account at Berth already.`,
    `If it was you, log in with your password and add ${provider} as another way to sign in.`,
    '',
    'If it was not you, do nothing: nobody gets in like this.',
  ].join('\n'),
});

export const identityLinkedMail = (to: string, provider: string): Mail => ({
  to,
  subject: 'Another way to sign in to your account',
  text: [
    `From now on whoever ${provider} says is you can sign in to your account at Berth.`,
    '',
    'If you did not want that, take it back and set a new password at once: berth recover',
  ].join('\n'),
});
