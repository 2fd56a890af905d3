import { actOn } from './users.js';

export const { options, run } = actOn('resume', (email) => `${email} can log in again. API tokens are gone.`);
