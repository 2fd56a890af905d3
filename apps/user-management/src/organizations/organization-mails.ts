import type { Letter } from '../mail/letter.js';

export const deletionMail = (to: string, slug: string, at: Date): Letter => ({
  to,
  subject: `The organization ${slug} will be deleted`,
  opening: [
    `An owner asked to delete the organization ${slug} on Berth. Nothing of it runs any more.`,
    `It is deleted for good on ${at.toISOString().slice(0, 10)} (UTC), with all that it has there.`,
  ],
  closing: ['Until then each of its owners can take that back.'],
});

export const deletedMail = (to: string, slug: string): Letter => ({
  to,
  subject: `The organization ${slug} was deleted`,
  opening: [`The organization ${slug} on Berth was deleted, as one of its owners asked.`],
  closing: ['Nothing of it can be restored.'],
});

export const suspendedMail = (to: string, slug: string): Letter => ({
  to,
  subject: `The organization ${slug} is suspended`,
  opening: [
    `An administrator has suspended the organization ${slug} on Berth: nothing of it runs, and its data stays.`,
  ],
  closing: ['If you do not know why, write to whoever runs this platform.'],
});
