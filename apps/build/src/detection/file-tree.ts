import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a source, to look at. Links are not followed: what is not a plain file or folder is not there. */
export interface FileTree {
  /** Null when there is no such file, or it is larger than 1 MiB. */
  read(path: string): Promise<string | null>;
  files(folder: string): Promise<readonly string[]>;
  folders(folder: string): Promise<readonly string[]>;
}

const readableBytes = 1_048_576;

export class DiskTree implements FileTree {
  constructor(private readonly root: string) {}

  async read(path: string): Promise<string | null> {
    const file = join(this.root, path);
    const stat = await lstat(file).catch(() => null);
    if (!stat?.isFile() || stat.size > readableBytes) return null;
    const handle = await open(file);
    return handle.readFile('utf8').finally(() => handle.close());
  }

  files(folder: string): Promise<readonly string[]> {
    return this.names(folder, (entry) => entry.isFile());
  }

  folders(folder: string): Promise<readonly string[]> {
    return this.names(folder, (entry) => entry.isDirectory());
  }

  private async names(
    folder: string,
    wanted: (entry: { isFile(): boolean; isDirectory(): boolean }) => boolean,
  ): Promise<string[]> {
    const path = join(this.root, folder);
    const stat = await lstat(path).catch(() => null);
    if (!stat?.isDirectory()) return [];
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter(wanted)
      .map(({ name }) => name)
      .sort();
  }
}

/** A tree in memory: path -> content. */
export class MemoryTree implements FileTree {
  constructor(private readonly contents: Readonly<Record<string, string>>) {}

  async read(path: string): Promise<string | null> {
    return this.contents[path] ?? null;
  }

  async files(folder: string): Promise<readonly string[]> {
    return this.below(folder).filter((path) => !path.includes('/'));
  }

  async folders(folder: string): Promise<readonly string[]> {
    const deeper = this.below(folder).filter((path) => path.includes('/'));
    return [...new Set(deeper.map((path) => path.slice(0, path.indexOf('/'))))];
  }

  private below(folder: string): string[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const paths = Object.keys(this.contents).filter((path) => path.startsWith(prefix));
    return paths.map((path) => path.slice(prefix.length)).sort();
  }
}
