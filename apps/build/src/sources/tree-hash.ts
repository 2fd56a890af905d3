import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { join } from 'node:path';
import { walk } from '../artifacts/walk.js';

/** Hash over the names, kinds, executable bits and contents below a folder; the same for the same files, however they came. */
export async function treeHash(folder: string): Promise<string> {
  const tree = createHash('sha256');
  for (const { path, kind } of await walk(folder)) {
    if (kind === 'folder') continue;
    tree.update(`${kind}\0${path}\0${await identity(join(folder, path), kind)}\n`);
  }
  return `sha256:${tree.digest('hex')}`;
}

async function identity(file: string, kind: 'file' | 'link'): Promise<string> {
  if (kind === 'link') return readlink(file);
  const executable = ((await lstat(file)).mode & 0o100) !== 0;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `${executable ? 'x' : '-'}${hash.digest('hex')}`;
}
