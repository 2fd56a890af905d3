import type { Sql } from '@berth/service-kit';
import type { ConfigEntries } from '../config/config-version.js';
import { pinnedIn } from '../secrets/pinned-secrets.js';
import type { SecretStore } from '../secrets/secret-store.js';
import { scopeErrors } from './scopes.errors.js';

const MOST_ENTRIES = 500;
/** Four scopes fit into one Secret of Kubernetes, which holds 1 MiB. */
const MOST_BYTES = 240 * 1024;

/** @throws 422 with a pointer to the first that was set, when one scope would hold more than there is room for */
export async function requireRoomFor(
  sql: Sql,
  secrets: SecretStore,
  entries: ConfigEntries,
  set: ConfigEntries,
): Promise<void> {
  const [first] = Object.keys(set);
  if (first === undefined) return;
  const pointer = `/set/${first}`;
  if (Object.keys(entries).length > MOST_ENTRIES)
    throw scopeErrors.TooManyVariables(`A scope holds at most ${MOST_ENTRIES} variables and secrets.`, { pointer });
  const bytes = plainBytes(entries) + (await secrets.bytesOf(sql, pinnedIn(entries)));
  if (bytes <= MOST_BYTES) return;
  throw scopeErrors.ConfigTooLarge(`Names and values of one scope take at most ${MOST_BYTES} bytes.`, { pointer });
}

const plainBytes = (entries: ConfigEntries): number =>
  Object.entries(entries).reduce(
    (sum, [name, entry]) => sum + Buffer.byteLength(name) + ('value' in entry ? Buffer.byteLength(entry.value) : 0),
    0,
  );
