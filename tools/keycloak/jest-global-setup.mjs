import { postgres } from '../jest/postgres.mjs';
import { runWith } from '../jest/run.mjs';
import { startKeycloak } from './keycloak.mjs';

/** One Keycloak: TEST_KEYCLOAK_URL and the password of its administrator. */
async function keycloak() {
  const { url, password, stop } = await startKeycloak();
  process.env.TEST_KEYCLOAK_URL = url;
  process.env.TEST_KEYCLOAK_PASSWORD = password;
  return stop;
}

export default runWith(postgres, keycloak);
