/**
 * fast-check as tests import it: properties draw the same values in each run, so that a change is judged by what it changed.
 * `BERTH_SEED=random` draws others, and what fails prints its seed; `BERTH_SEED=<number>` draws those again.
 */
import { configureGlobal } from '../../node_modules/fast-check/lib/fast-check.js';

const seed = process.env.BERTH_SEED ?? '1';
if (seed !== 'random') configureGlobal({ seed: Number(seed) });

export * from '../../node_modules/fast-check/lib/fast-check.js';
export { default } from '../../node_modules/fast-check/lib/fast-check.js';
