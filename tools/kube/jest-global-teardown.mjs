import postgres from '../jest/global-teardown.mjs';

export default async function globalTeardown() {
  await globalThis.berthTestKube?.stop();
  await postgres();
}
