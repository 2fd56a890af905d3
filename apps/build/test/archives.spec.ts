import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { create, Header, Pax } from 'tar';
import { treeHash } from '../src/sources/tree-hash.js';
import { unpackArchive } from '../src/sources/unpack-archive.js';
import { temporaryFolder, writeFiles } from './support/folders.js';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});

const limits = { maxBytes: 5_000_000, maxEntries: 100, timeoutSeconds: 120 };
const { signal } = new AbortController();

interface Entry {
  readonly path: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  readonly linkpath?: string;
  readonly content?: string;
}

const entryBytes = ({ path, type = 'File', linkpath, content = '' }: Entry): Buffer => {
  const header = new Header({
    path,
    type,
    size: content.length,
    mode: 0o644,
    mtime: new Date(0),
    ...(linkpath === undefined ? {} : { linkpath }),
  });
  const block = Buffer.alloc(512);
  const long = header.encode(block, 0);
  const pax = long ? new Pax({ path, ...(linkpath === undefined ? {} : { linkpath }) }).encode() : Buffer.alloc(0);
  return Buffer.concat([pax, block, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
};
const archiveOf = (...entries: Entry[]): Buffer =>
  gzipSync(Buffer.concat([...entries.map(entryBytes), Buffer.alloc(1_024)]));

const unpack = async (archive: Buffer | Readable, bounds = limits): Promise<string> => {
  count += 1;
  const into = join(folder, `in-${count}`, 'tree');
  await mkdir(into, { recursive: true });
  await unpackArchive(archive instanceof Readable ? archive : Readable.from([archive]), into, bounds, signal);
  return into;
};
const causeOf = (archive: Buffer | Readable, bounds = limits): Promise<unknown> =>
  unpack(archive, bounds).then(
    () => 'accepted',
    (error: { cause?: string }) => error.cause ?? error,
  );

describe('unpacking an upload', () => {
  it('lays the files down', async () => {
    const into = await unpack(
      archiveOf(
        { path: './', type: 'Directory' },
        { path: './app.js', content: 'hello' },
        { path: './lib/deep/x.js', content: 'x' },
        { path: './link', type: 'SymbolicLink', linkpath: 'lib/deep' },
      ),
    );
    expect(await readFile(join(into, 'app.js'), 'utf8')).toBe('hello');
    expect(await readFile(join(into, 'link/x.js'), 'utf8')).toBe('x');
  });

  it.each<[string, Entry[]]>([
    ['a path above', [{ path: '../evil', content: 'x' }]],
    ['a path above, in the middle', [{ path: 'a/../../evil', content: 'x' }]],
    ['an absolute path', [{ path: '/tmp/berth-evil', content: 'x' }]],
    ['a backslash path', [{ path: '..\\evil', content: 'x' }]],
    ['a link out', [{ path: 'out', type: 'SymbolicLink', linkpath: '/etc' }]],
    ['a relative link out', [{ path: 'a/out', type: 'SymbolicLink', linkpath: '../../etc' }]],
    [
      'a link out, and a file through it',
      [
        { path: 'out', type: 'SymbolicLink', linkpath: '..' },
        { path: 'out/evil', content: 'x' },
      ],
    ],
    [
      'a file through an inner link',
      [
        { path: 'd', type: 'Directory' },
        { path: 'd/up', type: 'SymbolicLink', linkpath: '..' },
        { path: 'd/up/../../evil', content: 'x' },
      ],
    ],
    ['a hard link out', [{ path: 'passwd', type: 'Link', linkpath: '../../../../../../etc/passwd' }]],
    ['a hard link to an absolute path', [{ path: 'passwd', type: 'Link', linkpath: '/etc/passwd' }]],
    ['a device', [{ path: 'null', type: 'CharacterDevice' }]],
    ['a pipe', [{ path: 'pipe', type: 'FIFO' }]],
    ['a control character', [{ path: 'a\u0007b', content: 'x' }]],
    ['a name of 2,000 characters', [{ path: `${'n'.repeat(2_000)}`, content: 'x' }]],
    ['a link target of 2,000 characters', [{ path: 'l', type: 'SymbolicLink', linkpath: 'n'.repeat(2_000) }]],
  ])('refuses the archive for %s', async (_, entries) => {
    expect(await causeOf(archiveOf({ path: 'ok', content: 'ok' }, ...entries))).toBe('source_denied');
    expect(existsSync(join(folder, `in-${count}`, 'evil'))).toBe(false);
    expect(existsSync('/tmp/berth-evil')).toBe(false);
  });

  it('refuses a name of 10 MB without holding it', async () => {
    expect(
      await causeOf(archiveOf({ path: 'n'.repeat(10_000_000), content: 'x' }), { ...limits, maxBytes: 50_000_000 }),
    ).toBe('source_denied');
  });

  it('ends a gzip bomb at the limit', async () => {
    const zeros = Readable.from(
      (function* () {
        for (let mib = 0; mib < 200; mib += 1) yield Buffer.alloc(1_048_576);
      })(),
    );
    const header = entryBytes({ path: 'bomb' });
    const bomb = Readable.from(
      (async function* () {
        yield header;
        yield* zeros;
      })(),
    ).pipe(createGzip());
    expect(await causeOf(bomb)).toBe('source_too_large');
    const written = await stat(join(folder, `in-${count}`, 'tree', 'bomb')).then(
      ({ size }) => size,
      () => 0,
    );
    expect(written).toBeLessThanOrEqual(limits.maxBytes);
  });

  it('ends an archive of too many files', async () => {
    const entries = Array.from({ length: 101 }, (_, index) => ({ path: `f${index}`, content: 'x' }));
    expect(await causeOf(archiveOf(...entries))).toBe('source_too_large');
  });

  it.each([
    ['no gzip', Buffer.from('PK not a gzip at all')],
    ['gzip of no tar', gzipSync(randomBytes(4_096))],
    ['a gzip that is cut off', archiveOf({ path: 'a', content: 'x'.repeat(10_000) }).subarray(0, 60)],
    ['a tar that is cut off', gzipSync(entryBytes({ path: 'a', content: 'x'.repeat(10_000) }).subarray(0, 1_024))],
    ['a broken checksum', gzipSync(Buffer.concat([entryBytes({ path: 'a' }).fill(1, 148, 150), Buffer.alloc(1_024)]))],
  ])('refuses %s', async (_, bytes) => expect(await causeOf(bytes)).toBe('source_denied'));
});

describe('the hash of a tree', () => {
  it('is the same for the same files, whoever packed them and when', async () => {
    const files = { 'a.txt': 'one', 'b/c.txt': 'two' };
    const original = join(folder, 'original');
    await writeFiles(original, files);
    const packed = (paths: string[], mtime: Date) => Readable.from(create({ cwd: original, gzip: true, mtime }, paths));
    const first = await unpack(packed(['a.txt', 'b'], new Date(0)));
    const second = await unpack(packed(['b', 'a.txt'], new Date(1e12)));
    expect(await treeHash(first)).toBe(await treeHash(second));
    expect(await treeHash(first)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('differs by content, name and executable bit', async () => {
    const hashes = await Promise.all(
      ([{ a: '1' }, { a: '2' }, { b: '1' }, { 'a/b': '1' }] as Record<string, string>[]).map(async (files, index) => {
        const place = join(folder, `tree-${index}`);
        await writeFiles(place, files);
        return treeHash(place);
      }),
    );
    expect(new Set(hashes).size).toBe(4);
    expect(await readdir(folder)).not.toHaveLength(0);
  });
});
