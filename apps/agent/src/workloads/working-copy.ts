import {
  chown,
  constants,
  copyFile,
  link,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../processes/identities.js';

/** Folders of dependencies: large, and written to by nobody. */
const LINKED = new Set(['node_modules', 'python', 'vendor', '.venv']);
const LARGEST_COPY = 16 * 1024 * 1024;
const AT_ONCE = 64;

/**
 * An instance's own copy of the slug, so that an app may write beside its sources as it does on its author's machine: a
 * cache, a small database. It lasts as long as the instance. Dependencies and large files are hard links to the slug,
 * which can be replaced here but not changed.
 */
export async function makeWorkingCopy(slug: string, target: string, identity: Identity | undefined): Promise<void> {
  if (await exists(target)) return;
  const draft = `${target}.new`;
  await rm(draft, { recursive: true, force: true });
  await copyFolder(slug, draft, { identity, linked: false });
  await rename(draft, target);
}

interface Way {
  readonly identity: Identity | undefined;
  readonly linked: boolean;
}

async function copyFolder(from: string, to: string, way: Way): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  await give(to, way);
  const entries = await readdir(from, { withFileTypes: true });
  const others = entries.filter((entry) => !entry.isDirectory());
  for (let at = 0; at < others.length; at += AT_ONCE) {
    const some = others.slice(at, at + AT_ONCE);
    await Promise.all(some.map((entry) => copyEntry(join(from, entry.name), join(to, entry.name), entry, way)));
  }
  for (const { name } of entries.filter((entry) => entry.isDirectory()))
    await copyFolder(join(from, name), join(to, name), { ...way, linked: way.linked || LINKED.has(name) });
}

async function copyEntry(from: string, to: string, entry: { isSymbolicLink(): boolean }, way: Way): Promise<void> {
  if (entry.isSymbolicLink()) return symlink(await readlink(from), to);
  if (way.linked || (await stat(from)).size > LARGEST_COPY) return link(from, to);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await give(to, way);
}

const give = async (path: string, { identity }: Way): Promise<void> => {
  if (identity) await chown(path, identity.uid, identity.gid);
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
