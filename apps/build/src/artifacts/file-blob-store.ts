import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobNotFound, type BlobStore, type StoredBlob } from './blob-store.js';

const unfinishedMilliseconds = 86_400_000;
const digestPattern = /^sha256:([0-9a-f]{2})([0-9a-f]{62})$/;

/** Blobs as files, `blobs/sha256/ab/<64 digits>`; written beside and renamed, so that a file that is there is whole. */
export class FileBlobStore implements BlobStore {
  constructor(private readonly folder: string) {}

  async write(content: Readable): Promise<StoredBlob> {
    const temporary = join(this.folder, 'blobs/incoming', randomUUID());
    await mkdir(dirname(temporary), { recursive: true, mode: 0o700 });
    try {
      const blob = await writeHashed(content, temporary);
      await this.keep(temporary, this.pathOf(blob.digest));
      return blob;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async has(digest: string): Promise<boolean> {
    return stat(this.pathOf(digest)).then(
      (each) => each.isFile(),
      () => false,
    );
  }

  async open(digest: string): Promise<Readable> {
    const file = await open(this.pathOf(digest)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new BlobNotFound(digest) : error;
    });
    return file.createReadStream();
  }

  async *writtenBefore(moment: Date): AsyncIterable<string> {
    const root = join(this.folder, 'blobs/sha256');
    for (const start of await readdir(root).catch(() => [])) yield* writtenBefore(moment, join(root, start));
  }

  async delete(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  /** Removes what a killed process left half-written: files of yesterday, since other replicas write here too. */
  async removeUnfinished(now: Date): Promise<void> {
    const incoming = join(this.folder, 'blobs/incoming');
    for (const name of await readdir(incoming).catch(() => [])) {
      const written = await stat(join(incoming, name)).catch(() => null);
      if (written && now.getTime() - written.mtimeMs > unfinishedMilliseconds)
        await rm(join(incoming, name), { force: true });
    }
  }

  private async keep(temporary: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
    await syncFolder(dirname(path));
  }

  private pathOf(digest: string): string {
    const parts = digestPattern.exec(digest);
    if (!parts) throw new BlobNotFound(digest);
    return join(this.folder, 'blobs/sha256', `${parts[1]}`, `${parts[1]}${parts[2]}`);
  }
}

async function* writtenBefore(moment: Date, folder: string): AsyncIterable<string> {
  for (const name of await readdir(folder)) {
    const written = await stat(join(folder, name)).catch(() => null); // it may be gone meanwhile
    if (written && written.mtime < moment) yield `sha256:${name}`;
  }
}

async function writeHashed(content: Readable, path: string): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const observe = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(content, observe, createWriteStream(path, { mode: 0o600, flush: true }));
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

/** Reads one blob of a file store: what a runtime on the same machine needs. @throws BlobNotFound */
export const openBlob = (folder: string, digest: string): Promise<Readable> => new FileBlobStore(folder).open(digest);
