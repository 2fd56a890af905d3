import { readdir, stat, utimes, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { FileBlobStore, openBlob } from '../src/artifacts/file-blob-store.js';
import { blobStoreContract } from './blob-store.contract.js';
import { temporaryFolder } from './support/folders.js';

blobStoreContract('on files', async () => new FileBlobStore(await temporaryFolder()));

describe('blobs as files', () => {
  it('lie under their digest, for the platform alone, and nothing unfinished lies beside them', async () => {
    const folder = await temporaryFolder();
    const { digest } = await new FileBlobStore(folder).write(Readable.from([Buffer.from('x')]));
    const hex = digest.slice('sha256:'.length);
    const file = join(folder, 'blobs/sha256', hex.slice(0, 2), hex);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'blobs/incoming'))).toEqual([]);
    expect(await text(await openBlob(folder, digest))).toBe('x');
  });

  it('that a killed process left half-written go away after a day, and not before', async () => {
    const folder = await temporaryFolder();
    const incoming = join(folder, 'blobs/incoming');
    await mkdir(incoming, { recursive: true });
    await writeFile(join(incoming, 'old'), 'x');
    await utimes(join(incoming, 'old'), 1, 1);
    await writeFile(join(incoming, 'running'), 'x');
    await new FileBlobStore(folder).removeUnfinished(new Date());
    expect(await readdir(incoming)).toEqual(['running']);
  });
});
