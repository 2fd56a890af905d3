import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';

/** Slugs by digest, as the blob store of the platform would hold them. */
export class SlugShelf {
  private readonly blobs = new Map<string, Buffer>();
  private readonly failures = new Map<string, Error>();

  /** Packs files into a plain tar. Answers its digest. */
  add(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'slug-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    }
    const tar = execFileSync('tar', ['-C', folder, '--sort=name', '--mtime=@0', '-cf', '-', '.']);
    rmSync(folder, { recursive: true });
    return this.put(tar);
  }

  put(tar: Buffer, digest = `sha256:${createHash('sha256').update(tar).digest('hex')}`): string {
    this.blobs.set(digest, tar);
    return digest;
  }

  /** From now on this blob cannot be read. */
  fail(digest: string, error: Error): void {
    this.failures.set(digest, error);
  }

  open = (digest: string): Promise<Readable> => {
    const failure = this.failures.get(digest);
    if (failure) return Promise.reject(failure);
    const blob = this.blobs.get(digest);
    return blob ? Promise.resolve(Readable.from([blob])) : Promise.reject(new Error(`there is no blob ${digest}`));
  };

  /** Writes them as the file blob store of the build service does. */
  writeTo(folder: string): void {
    for (const [digest, tar] of this.blobs) {
      const hex = digest.slice('sha256:'.length);
      const path = join(folder, 'blobs/sha256', hex.slice(0, 2), hex);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, tar);
    }
  }
}

export const readText = (path: string): string => readFileSync(path, 'utf8');
