import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ReadEntry, x as extract } from 'tar';
import { refusalOf } from './safe-entry.js';

/** A slug that cannot be used, whatever is tried again: wrong digest or a hostile entry. */
export class SlugCorrupt extends Error {}

/**
 * Unpacks a plain tar into an empty folder and checks the digest of all its bytes.
 * @throws SlugCorrupt; whatever the stream or the file system throw.
 */
export async function unpack(slug: Readable, digest: string, folder: string): Promise<void> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const refusals: string[] = [];
  const filter = (_path: string, entry: unknown): boolean => accept(entry as ReadEntry, refusals);
  const onwarn = (code: string, message: string | Error): void => {
    if (code.startsWith('TAR_')) refusals.push(String(message));
  };
  const options = { cwd: folder, preserveOwner: false, chmod: true, processUmask: 0, dmode: 0o755 };
  await pipeline(slug, hashing, extract({ ...options, filter, onwarn }));
  if (refusals[0] !== undefined) throw new SlugCorrupt(`The slug is refused: ${refusals[0]}.`);
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw new SlugCorrupt(`The slug is ${found}, not ${digest}.`);
  await chmod(folder, 0o755);
}

/** Everyone may read and only the owner may write; set-user-id bits are dropped. */
function accept(entry: ReadEntry, refusals: string[]): boolean {
  const refusal = refusalOf(entry);
  if (refusal !== null) refusals.push(refusal);
  const executable = entry.type === 'Directory' || ((entry.mode ?? 0) & 0o111) !== 0;
  entry.mode = executable ? 0o755 : 0o644;
  return refusal === null;
}
