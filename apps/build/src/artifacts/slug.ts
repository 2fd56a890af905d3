import { createReadStream } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { Header, Pax } from 'tar';
import { BuildFailure } from '../builds/build-failure.js';
import { type TreeEntry, walk } from './walk.js';

const epoch = new Date(0);
const block = 512;
const smallFile = 262_144;

/** Of no use at run time, or different at every build. */
const excludedAnywhere = new Set(['.git', '__pycache__', '.DS_Store']);
const isExcluded = (path: string): boolean =>
  excludedAnywhere.has(posix.basename(path)) || path.endsWith('node_modules/.cache');

/**
 * A folder as a plain tar that depends on nothing but names, contents, links and executable bits: sorted, dated 1970, owned
 * by 0, modes 0644 or 0755, hard links as files of their own. POSIX.1-2001 (pax) for long names.
 * @throws BuildFailure build_failed when a link leads out of the folder: the runtime would refuse it
 */
export const packSlug = (folder: string, maxBytes: number): Readable =>
  Readable.from(bounded(slugBlocks(folder), maxBytes));

async function* bounded(blocks: AsyncGenerator<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const each of blocks) {
    bytes += each.length;
    if (bytes > maxBytes) throw slugTooLarge(maxBytes);
    yield each;
  }
}

async function* slugBlocks(folder: string): AsyncGenerator<Buffer> {
  for (const entry of await walk(folder, isExcluded)) yield* entryBlocks(folder, entry);
  yield Buffer.alloc(2 * block);
}

async function* entryBlocks(folder: string, entry: TreeEntry): AsyncGenerator<Buffer> {
  const file = join(folder, entry.path);
  if (entry.kind === 'folder')
    return yield* headers({ path: `${entry.path}/`, type: 'Directory', mode: 0o755, size: 0 });
  if (entry.kind === 'link') return yield* linkBlocks(entry.path, await readlink(file));
  const { mode, size } = await lstat(file);
  yield* headers({ path: entry.path, type: 'File', mode: mode & 0o100 ? 0o755 : 0o644, size });
  yield* contents(file, size);
  if (size % block !== 0) yield Buffer.alloc(block - (size % block));
}

function* linkBlocks(path: string, linkpath: string): Generator<Buffer> {
  const target = posix.normalize(posix.join(posix.dirname(path), linkpath));
  if (posix.isAbsolute(linkpath) || target === '..' || target.startsWith('../')) throw escapingLink(path, linkpath);
  yield* headers({ path, linkpath, type: 'SymbolicLink', mode: 0o777, size: 0 });
}

interface EntryHeader {
  readonly path: string;
  readonly linkpath?: string;
  readonly type: 'File' | 'Directory' | 'SymbolicLink';
  readonly mode: number;
  readonly size: number;
}

function* headers(entry: EntryHeader): Generator<Buffer> {
  const header = new Header({ ...entry, mtime: epoch, uid: 0, gid: 0, uname: '', gname: '' });
  const bytes = Buffer.alloc(block);
  if (header.encode(bytes, 0)) {
    const { path, linkpath, size } = entry;
    yield new Pax({ path, size, ...(linkpath === undefined ? {} : { linkpath }), mtime: epoch }).encode();
  }
  yield bytes;
}

async function* contents(file: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  const parts = size <= smallFile ? [await readFile(file)] : (createReadStream(file) as AsyncIterable<Buffer>);
  for await (const part of parts) {
    read += part.length;
    yield part;
  }
  if (read !== size) throw new Error(`${file} changed while it was packed`);
}

const escapingLink = (path: string, target: string): BuildFailure =>
  new BuildFailure(
    'build_failed',
    `The build made the link ${JSON.stringify(path)} to ${JSON.stringify(target)}, which leads out of the app's folder.`,
    'Copy what the link means into the app, or set the root folder to one that holds both.',
  );

const slugTooLarge = (maxBytes: number): BuildFailure =>
  new BuildFailure(
    'build_failed',
    `The built app is larger than ${Math.floor(maxBytes / 1_048_576)} MiB.`,
    'Leave out what is not needed to run, or ask an administrator to raise SLUG_MAX_BYTES.',
  );
