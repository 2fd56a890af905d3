import postgres from '../jest/global-teardown.mjs';

export default async function globalTeardown() {
  await globalThis.berthTestKeycloak?.stop();
  await postgres();
}
