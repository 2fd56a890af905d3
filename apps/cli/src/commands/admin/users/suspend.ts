import { actOn } from './users.js';

export const { options, run } = actOn('suspend', (email) => `${email} is out everywhere, and cannot log in.`);
