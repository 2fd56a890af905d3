import { actOn } from './organizations.js';

export const { options, run } = actOn('resume', (slug) => `${slug} may run again.`);
