import type { DesiredFile } from '@berth/contracts/runtime';
import { chown, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Identity } from '../processes/identities.js';

/**
 * Makes the folder of files anew, closed to everybody but its owner: each start of an instance has them as its release says,
 * whatever a run before did to them. They are made beside the folder of the instance, which belongs to its tenant: there
 * somebody could have them written elsewhere.
 */
export async function writeFiles(
  files: readonly DesiredFile[],
  target: string,
  identity: Identity | undefined,
): Promise<void> {
  await rm(target, { recursive: true, force: true });
  if (files.length === 0) return;
  const draft = `${dirname(target)}.files`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  for (const file of files) await writeOne(draft, file, identity);
  for (const folder of foldersOf(files)) await give(join(draft, folder), identity);
  await rename(draft, target);
}

async function writeOne(draft: string, { path, content }: DesiredFile, identity: Identity | undefined): Promise<void> {
  const target = join(draft, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const file = await open(target, 'wx', 0o400);
  try {
    await file.writeFile(Buffer.from(content, 'base64'));
    if (identity) await file.chown(identity.uid, identity.gid);
  } finally {
    await file.close();
  }
}

/** The folder of files itself, `.`, and all below it. */
function foldersOf(files: readonly DesiredFile[]): Set<string> {
  const folders = new Set<string>(['.']);
  for (const { path } of files)
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  return folders;
}

const give = async (path: string, identity: Identity | undefined): Promise<void> => {
  if (identity) await chown(path, identity.uid, identity.gid);
};
