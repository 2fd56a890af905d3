import { actOn } from './users.js';

export const { options, run } = actOn('sign-out', (email) => `${email} is out everywhere, and may log in again.`);
