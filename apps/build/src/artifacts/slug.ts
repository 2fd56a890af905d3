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
/** Entries read side by side: an app is thousands of small files, and each waits for the disk. */
const batch = 64;

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
  const entries = await walk(folder, isExcluded);
  for (let from = 0; from < entries.length; from += batch) {
    const loaded = entries.slice(from, from + batch).map((entry) => load(folder, entry));
    yield* joined(await Promise.all(loaded));
  }
  yield Buffer.alloc(2 * block);
}

/** An entry's bytes, or where they are to be read from when they are many. */
type Loaded = Buffer | { readonly head: Buffer; readonly file: string; readonly size: number };

async function* joined(entries: readonly Loaded[]): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  for (const entry of entries) {
    if (Buffer.isBuffer(entry)) {
      waiting.push(entry);
      continue;
    }
    yield Buffer.concat([...waiting, entry.head]);
    waiting = [];
    yield* contents(entry);
  }
  yield Buffer.concat(waiting);
}

async function load(folder: string, entry: TreeEntry): Promise<Loaded> {
  const file = join(folder, entry.path);
  if (entry.kind === 'folder')
    return Buffer.concat([...headers({ path: `${entry.path}/`, type: 'Directory', mode: 0o755, size: 0 })]);
  if (entry.kind === 'link') return Buffer.concat([...linkBlocks(entry.path, await readlink(file))]);
  const { mode, size } = await lstat(file);
  const head = Buffer.concat([
    ...headers({ path: entry.path, type: 'File', mode: mode & 0o100 ? 0o755 : 0o644, size }),
  ]);
  if (size > smallFile) return { head, file, size };
  const content = await readFile(file);
  if (content.length !== size) throw changed(file);
  return Buffer.concat([head, content, padding(size)]);
}

async function* contents({ file, size }: { file: string; size: number }): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const part of createReadStream(file) as AsyncIterable<Buffer>) {
    read += part.length;
    yield part;
  }
  if (read !== size) throw changed(file);
  yield padding(size);
}

const padding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);
const changed = (file: string): Error => new Error(`${file} changed while it was packed`);

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
