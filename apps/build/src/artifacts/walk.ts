import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface TreeEntry {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
}

const byteOrder = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/**
 * Everything below a folder, parents before children, names in byte order: the same on every machine and day.
 * Links are not followed. Sockets, pipes and devices are left out. `skip` leaves out an entry with all below it.
 */
export async function walk(root: string, skip: (path: string) => boolean = () => false): Promise<TreeEntry[]> {
  const found: TreeEntry[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    entries.sort((left, right) => byteOrder(left.name, right.name));
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = kindOf(entry);
      if (kind === null || skip(path)) continue;
      found.push({ path, kind });
      if (kind === 'folder') await visit(path);
    }
  };
  await visit('');
  return found;
}

function kindOf(entry: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): TreeEntry['kind'] | null {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : null;
}
