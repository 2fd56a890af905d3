import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './workspaces.js';

/** Says that a cache folder is in use, so that it is kept. */
export const markUsed = (folder: string, now: Date): Promise<void> => utimes(folder, now, now);

/** Removes the folders below one that nobody has marked as used for so many days. */
export async function forgetUnused(parent: string, days: number, now: Date): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const { mtimeMs } = await stat(join(parent, name));
    if (now.getTime() - mtimeMs > days * 86_400_000) await removeTree(join(parent, name));
  }
}
