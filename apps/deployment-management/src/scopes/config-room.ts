import { bytesIn, isFileName, MOST_BYTES } from '@berth/contracts/common';
import { pointerOf, type Sql } from '@berth/service-kit';
import type { ConfigEntries } from '../config/config-version.js';
import { pinnedIn } from '../secrets/pinned-secrets.js';
import type { SecretStore } from '../secrets/secret-store.js';
import { scopeErrors } from './scopes.errors.js';

const MOST_ENTRIES = 500;

/** @throws 422 with a pointer to the first that was set, when one scope would hold more than there is room for */
export async function requireRoomFor(
  sql: Sql,
  secrets: SecretStore,
  entries: ConfigEntries,
  set: ConfigEntries,
): Promise<void> {
  const [first] = Object.keys(set);
  if (first === undefined) return;
  const pointer = pointerOf(['set', first]);
  if (Object.keys(entries).length > MOST_ENTRIES)
    throw scopeErrors.TooManyVariables(`A scope holds at most ${MOST_ENTRIES} variables, files and secrets.`, {
      pointer,
    });
  const bytes = plainBytes(entries) + (await secrets.bytesOf(sql, pinnedIn(entries)));
  if (bytes <= MOST_BYTES) return;
  throw scopeErrors.ConfigTooLarge(`Names, values and files of one scope take at most ${MOST_BYTES} bytes.`, {
    pointer,
  });
}

const plainBytes = (entries: ConfigEntries): number =>
  Object.entries(entries).reduce(
    (sum, [name, entry]) => sum + Buffer.byteLength(name) + ('value' in entry ? sizeOf(name, entry.value) : 0),
    0,
  );

const sizeOf = (name: string, value: string): number => (isFileName(name) ? bytesIn(value) : Buffer.byteLength(value));
