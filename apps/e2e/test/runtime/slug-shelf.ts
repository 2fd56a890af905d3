import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Slugs by digest, as the blob store of the platform would hold them. */
export class SlugShelf {
  private readonly blobs = new Map<string, Buffer>();

  /** Packs files into a plain tar; the same files, the same digest. */
  add(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'berth-slug-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const tar = execFileSync('tar', ['-C', folder, '--sort=name', '--mtime=@0', '-cf', '-', '.']);
    rmSync(folder, { recursive: true });
    const digest = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
    this.blobs.set(digest, tar);
    return digest;
  }

  open = (digest: string): Promise<Readable> => {
    const blob = this.blobs.get(digest);
    return blob ? Promise.resolve(Readable.from([blob])) : Promise.reject(new Error(`there is no blob ${digest}`));
  };
}
