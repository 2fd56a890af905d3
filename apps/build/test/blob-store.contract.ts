import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BlobStore } from '../src/artifacts/blob-store.js';

const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** What every adapter of the port must do. */
export function blobStoreContract(name: string, makeStore: () => Promise<BlobStore>): void {
  describe(`the blob store ${name}`, () => {
    let store: BlobStore;
    beforeAll(async () => {
      store = await makeStore();
    });

    it('answers the digest and size of what it stored, and gives it back', async () => {
      const blob = await store.write(Readable.from([Buffer.from('hel'), Buffer.from('lo')]));
      expect(blob).toEqual({ digest: digestOf('hello'), sizeBytes: 5 });
      expect((await buffer(await store.open(blob.digest))).toString()).toBe('hello');
      expect(await store.has(blob.digest)).toBe(true);
    });

    it('names what was written before a moment, until it is deleted', async () => {
      const { digest } = await store.write(Readable.from([Buffer.from('dated')]));
      const named = async (moment: Date): Promise<boolean> => {
        for await (const each of store.writtenBefore(moment)) if (each === digest) return true;
        return false;
      };
      expect(await named(new Date(Date.now() + 60_000))).toBe(true);
      expect(await named(new Date(Date.now() - 60_000))).toBe(false);
      await store.delete(digest);
      expect(await named(new Date(Date.now() + 60_000))).toBe(false);
    });

    it('stores nothing of a stream that fails', async () => {
      const failing = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('the source failed');
        })(),
      );
      await expect(store.write(failing)).rejects.toThrow('the source failed');
      expect(await store.has(digestOf('half'))).toBe(false);
    });

    it('takes the same content many times at once', async () => {
      const blobs = await Promise.all(
        Array.from({ length: 10 }, () => store.write(Readable.from([Buffer.from('same')]))),
      );
      expect(new Set(blobs.map(({ digest }) => digest)).size).toBe(1);
      expect((await buffer(await store.open(digestOf('same')))).toString()).toBe('same');
    });

    it('keeps an empty blob', async () => {
      const blob = await store.write(Readable.from([]));
      expect((await buffer(await store.open(blob.digest))).length).toBe(0);
    });

    it('forgets what is deleted, also twice', async () => {
      const { digest } = await store.write(Readable.from([Buffer.from('gone')]));
      await store.delete(digest);
      await store.delete(digest);
      expect(await store.has(digest)).toBe(false);
      await expect(store.open(digest)).rejects.toMatchObject({ name: 'BlobNotFound' });
    });

    it('reads nothing but digests', async () => {
      for (const wrong of ['sha256:../../../../etc/passwd', '../x', 'sha256:ab', `sha256:${'G'.repeat(64)}`, ''])
        await expect(store.open(wrong)).rejects.toMatchObject({ name: 'BlobNotFound' });
    });
  });
}
