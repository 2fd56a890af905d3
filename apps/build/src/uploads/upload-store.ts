import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '../artifacts/blob-store.js';
import { BuildFailure } from '../builds/build-failure.js';
import { ensureFolder } from '../execution/command-runner.js';
import { removeTree } from '../execution/workspaces.js';
import type { SourceLimits } from '../sources/source.js';
import { treeHash } from '../sources/tree-hash.js';
import { unpackArchive } from '../sources/unpack-archive.js';
import { refuseEscapingLinks } from '../sources/verify-tree.js';

export interface StoredArchive {
  readonly blob: string;
  readonly tree: string;
  readonly sizeBytes: number;
}

export interface UploadStoreOptions {
  /** For archives that are being checked. */
  readonly folder: string;
  readonly maxBytes: number;
  /** Of the unpacked source. */
  readonly limits: SourceLimits;
}

/** Thrown when more comes in than an upload may have. */
export class ArchiveTooLarge extends Error {}

/** Takes archives in, checked whole before they are kept, and lays them down to be built. */
export class UploadStore {
  constructor(
    private readonly blobs: BlobStore,
    private readonly options: UploadStoreOptions,
  ) {}

  /** @throws ArchiveTooLarge, BuildFailure when the archive is refused, the stream's own error */
  async take(archive: Readable, signal: AbortSignal): Promise<StoredArchive> {
    const folder = await ensureFolder(join(this.options.folder, randomUUID()));
    try {
      const file = join(folder, 'archive');
      await pipeline(archive, bounded(this.options.maxBytes), createWriteStream(file, { mode: 0o600 }), { signal });
      const tree = await this.check(file, await ensureFolder(join(folder, 'tree')), signal);
      const { digest } = await this.blobs.write(createReadStream(file));
      return { blob: digest, tree, sizeBytes: (await stat(file)).size };
    } finally {
      await removeTree(folder);
    }
  }

  /** Unpacks what was taken, with the same checks. */
  async layDown(blob: string, into: string, signal: AbortSignal): Promise<void> {
    await unpackArchive(await this.blobs.open(blob), into, this.options.limits, signal);
    await refuseEscapingLinks(into);
  }

  /** @throws Error when what was taken before is gone: the same archive was sent long ago, and removed just now */
  async requireKept(blob: string): Promise<void> {
    if (!(await this.blobs.has(blob))) throw new Error(`The upload ${blob} was removed while it was stored again.`);
  }

  /** Removes what a killed process left. To be called before anything is taken. */
  async clear(): Promise<void> {
    await rm(this.options.folder, { recursive: true, force: true });
  }

  private async check(file: string, folder: string, signal: AbortSignal): Promise<string> {
    await unpackArchive(createReadStream(file), folder, this.options.limits, signal);
    await refuseEscapingLinks(folder);
    return treeHash(folder);
  }
}

function bounded(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) return done(new ArchiveTooLarge(`larger than ${maxBytes} bytes`));
      done(null, chunk);
    },
  });
}

export const uploadNotFound = (): BuildFailure =>
  new BuildFailure('source_not_found', 'The upload does not exist any more.', 'Deploy the folder again.');
