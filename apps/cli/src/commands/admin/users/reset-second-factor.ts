import { actOn } from './users.js';

export const { options, run } = actOn(
  'reset-second-factor',
  (email) => `${email} logs in with the password alone, anew everywhere.`,
);
