import type { Readable } from 'node:stream';

export interface StoredBlob {
  /** `sha256:` and 64 hexadecimal digits, of the content. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Content-addressed storage of artifacts and uploads. `test/blob-store.contract.ts` says what every adapter must do. */
export interface BlobStore {
  /** Stores a stream whole or not at all; the same content twice is stored once. @throws the stream's own error */
  write(content: Readable): Promise<StoredBlob>;
  has(digest: string): Promise<boolean>;
  /** @throws BlobNotFound */
  open(digest: string): Promise<Readable>;
  /** Digests of what was written last before a moment, in no order; what comes or goes meanwhile may be among them or not. */
  writtenBefore(moment: Date): AsyncIterable<string>;
  /** Does nothing when there is no such blob. */
  delete(digest: string): Promise<void>;
}

export class BlobNotFound extends Error {
  constructor(digest: string) {
    super(`There is no blob ${digest}`);
    this.name = 'BlobNotFound';
  }
}
