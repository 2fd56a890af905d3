import { postgres } from '../jest/postgres.mjs';
import { runWith } from '../jest/run.mjs';
import { ensureChromium } from './chromium.mjs';

/** Postgres as for every test run, and a browser. */
export default runWith(ensureChromium, postgres);
