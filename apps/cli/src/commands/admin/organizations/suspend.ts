import { actOn } from './organizations.js';

export const { options, run } = actOn('suspend', (slug) => `Nothing of ${slug} runs any more; its data stays.`);
