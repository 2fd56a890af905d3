import { chmod, link, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Parser, type ReadEntry } from 'tar';
import { packSlug } from '../src/artifacts/slug.js';
import { temporaryFolder, writeFiles } from './support/folders.js';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await temporaryFolder();
});
const place = async (files: Readonly<Record<string, string>> = {}): Promise<string> => {
  count += 1;
  const made = join(folder, String(count));
  await mkdir(made);
  await writeFiles(made, files);
  return made;
};
const pack = (path: string, maxBytes = 1e9): Promise<Buffer> => buffer(packSlug(path, maxBytes));

const entriesOf = async (
  slug: Buffer,
): Promise<Pick<ReadEntry, 'path' | 'type' | 'mode' | 'linkpath' | 'uid' | 'mtime'>[]> => {
  const entries: ReadEntry[] = [];
  const parser = new Parser({ strict: true });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  parser.on('entry', (entry: ReadEntry) => {
    entries.push(entry);
    entry.resume();
  });
  parser.end(slug);
  await ended;
  return entries.map(({ path, type, mode, linkpath, uid, mtime }) => ({ path, type, mode, linkpath, uid, mtime }));
};

describe('a slug', () => {
  const names = fc.stringMatching(/^[a-zA-Z0-9ä_-]{1,12}$/);
  const paths = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const trees = fc
    .dictionary(paths, fc.string({ maxLength: 2_000 }), { maxKeys: 8 })
    .filter(
      (files) =>
        !Object.keys(files).some((one) =>
          Object.keys(files).some(
            (two) => two.startsWith(`${one}/`) || (one !== two && one.toLowerCase() === two.toLowerCase()),
          ),
        ),
    );

  it('is the same bytes for the same files, written in any order on any day with any owner bits', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 0, max: 2e9 }), async (files, day) => {
        const first = await place(files);
        const second = await place(Object.fromEntries(Object.entries(files).reverse()));
        for (const name of Object.keys(files)) {
          await chmod(join(second, name), 0o600);
          await utimes(join(second, name), day, day);
        }
        expect((await pack(second)).equals(await pack(first))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('changes with a content, a name or an executable bit', async () => {
    const original = await pack(await place({ a: 'x', b: 'y' }));
    expect((await pack(await place({ a: 'x', b: 'z' }))).equals(original)).toBe(false);
    expect((await pack(await place({ a: 'x', c: 'y' }))).equals(original)).toBe(false);
    const executable = await place({ a: 'x', b: 'y' });
    await chmod(join(executable, 'a'), 0o700);
    expect((await pack(executable)).equals(original)).toBe(false);
  });

  it('is an ordinary tar: sorted, dated 1970, owned by nobody, with plain modes', async () => {
    const made = await place({ 'b/z': '1', 'b/a': '2', a: '3', 'B.txt': '4' });
    await chmod(join(made, 'a'), 0o4755);
    await symlink('b/a', join(made, 'link'));
    const entries = await entriesOf(await pack(made));
    expect(entries.map(({ path }) => path)).toEqual(['B.txt', 'a', 'b/', 'b/a', 'b/z', 'link']);
    expect(entries.map(({ mode }) => mode)).toEqual([0o644, 0o755, 0o755, 0o644, 0o644, 0o777]);
    expect(entries.at(-1)).toMatchObject({ type: 'SymbolicLink', linkpath: 'b/a' });
    for (const entry of entries) expect(entry).toMatchObject({ uid: 0, mtime: new Date(0) });
  });

  it('leaves out what is of no use at run time', async () => {
    const made = await place({
      '.git/config': '',
      'sub/.git': '',
      'x/__pycache__/x.pyc': '',
      'node_modules/.cache/y': '',
      'node_modules/z': '',
    });
    const entries = await entriesOf(await pack(made));
    expect(entries.map(({ path }) => path)).toEqual(['node_modules/', 'node_modules/z', 'sub/', 'x/']);
  });

  it('holds hard links as files of their own, because a package manager may or may not make them', async () => {
    const linked = await place({ a: 'same' });
    await link(join(linked, 'a'), join(linked, 'b'));
    expect((await pack(linked)).equals(await pack(await place({ a: 'same', b: 'same' })))).toBe(true);
  });

  it('holds names of any length and alphabet', async () => {
    const long = `${'d'.repeat(120)}/${'ü'.repeat(60)}/${'n'.repeat(100)}.js`;
    const slug = await pack(await place({ [long]: 'x' }));
    expect((await entriesOf(slug)).at(-1)?.path).toBe(long);
  });

  it('refuses links out of the app, which a runtime would refuse later', async () => {
    for (const target of ['/etc/passwd', '../outside', 'a/../../outside']) {
      const made = await place();
      await symlink(target, join(made, 'link'));
      await expect(pack(made)).rejects.toMatchObject({ cause: 'build_failed' });
    }
  });

  it('refuses to grow beyond its limit', async () => {
    await expect(pack(await place({ a: 'x'.repeat(100_000) }), 50_000)).rejects.toMatchObject({
      cause: 'build_failed',
    });
  });

  it('packs large files whole', async () => {
    const made = await place();
    const content = Buffer.alloc(3_000_001, 'large');
    await writeFile(join(made, 'large'), content);
    const slug = await pack(made);
    expect(slug.subarray(512, 512 + content.length).equals(content)).toBe(true);
    expect(slug.length % 512).toBe(0);
    await rm(made, { recursive: true });
  });
});
