import type { DesiredFile } from '@berth/contracts/runtime';
import { chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../processes/identities.js';
import { writeFiles } from './config-files.js';
import { makeWorkingCopy } from './working-copy.js';

/** What one instance may write to: its own for as long as it exists, closed to every other user. */
export interface InstanceFolder {
  readonly path: string;
  /** Copy of the slug, where its processes start. */
  readonly app: string;
  readonly home: string;
  readonly temporary: string;
  /** What of its config is a file; there only when there is any. */
  readonly files: string;
}

export const foldersIn = (path: string): InstanceFolder => ({
  ...{ path, app: join(path, 'app'), home: join(path, 'home'), temporary: join(path, 'tmp') },
  files: join(path, 'files'),
});

export async function makeInstanceFolder(
  path: string,
  slug: string,
  identity: Identity | undefined,
  files: readonly DesiredFile[] = [],
): Promise<InstanceFolder> {
  const folder = foldersIn(path);
  for (const made of [path, folder.home, folder.temporary]) {
    await mkdir(made, { recursive: true, mode: 0o700 });
    if (identity) await chown(made, identity.uid, identity.gid);
  }
  await makeWorkingCopy(slug, folder.app, identity);
  await writeFiles(files, folder.files, identity);
  return folder;
}

export const removeInstanceFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** Bytes on disk below a folder, without what it shares with the slug. Links are not followed; what ends meanwhile counts nothing. */
export async function bytesBelow(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(child);
    if (entry.isFile()) bytes += await blocksOf(child);
  }
  return bytes;
}

const BLOCK = 512;

async function blocksOf(path: string): Promise<number> {
  return stat(path).then(
    ({ blocks, nlink }) => (nlink === 1 ? blocks * BLOCK : 0),
    () => 0,
  );
}
