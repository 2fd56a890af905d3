import postgres from '../jest/global-setup.mjs';
import { ensureChromium } from './chromium.mjs';

/** Postgres as for every test run, and a browser. */
export default async function globalSetup() {
  ensureChromium();
  await postgres();
}
