import { createHash } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureFolder } from './command-runner.js';

export interface Workspace {
  /** The whole source as it was fetched. */
  readonly source: string;
  readonly home: string;
  readonly temporary: string;
  release(): Promise<void>;
}

/**
 * Folders to build in. An app's first free one is always the same: some tools write the path into what they build, and
 * the same source should give the same bytes.
 */
export class Workspaces {
  private readonly taken = new Set<string>();

  constructor(private readonly folder: string) {}

  async acquire(appId: string): Promise<Workspace> {
    const root = join(
      await this.openFolder(),
      this.take(createHash('sha256').update(appId).digest('hex').slice(0, 16)),
    );
    await rm(root, { recursive: true, force: true });
    await ensureFolder(root, 0o711);
    const [source, home, temporary] = await Promise.all([
      ensureFolder(join(root, 'source')),
      ensureFolder(join(root, 'home')),
      ensureFolder(join(root, 'tmp')),
    ]);
    const release = async (): Promise<void> => {
      await removeTree(root);
      this.taken.delete(root.slice(this.folder.length + 1));
    };
    return { source, home, temporary, release };
  }

  /** Removes what a killed process left. To be called before anything is acquired. */
  async clear(): Promise<void> {
    await removeTree(this.folder);
  }

  private async openFolder(): Promise<string> {
    await ensureFolder(this.folder, 0o711);
    await chmod(this.folder, 0o711);
    return this.folder;
  }

  private take(app: string): string {
    let slot = 0;
    while (this.taken.has(`${app}-${slot}`)) slot += 1;
    this.taken.add(`${app}-${slot}`);
    return `${app}-${slot}`;
  }
}

/** Go writes its module cache without write permission; a builder that is not root must give it back to itself first. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
    const { execa } = await import('execa');
    await execa('chmod', ['-R', 'u+rwX', '--', path], { reject: false });
    await rm(path, { recursive: true, force: true });
  });
}
