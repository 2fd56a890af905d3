import postgres from '../jest/global-setup.mjs';
import { startKeycloak } from './keycloak.mjs';

/** Postgres as for every test run, and one Keycloak: TEST_KEYCLOAK_URL and the password of its administrator. */
export default async function globalSetup() {
  await postgres();
  globalThis.berthTestKeycloak = await startKeycloak();
  process.env.TEST_KEYCLOAK_URL = globalThis.berthTestKeycloak.url;
  process.env.TEST_KEYCLOAK_PASSWORD = globalThis.berthTestKeycloak.password;
}
