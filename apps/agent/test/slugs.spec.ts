import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Header } from 'tar';
import { systemClock } from '../src/clock.js';
import { SlugStore } from '../src/slugs/slug-store.js';
import { readText, SlugShelf } from './support/slugs.js';

const folders: string[] = [];
let shelf: SlugShelf;
let opened: string[];
let folder: string;
let store: SlugStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slugs-'));
  folders.push(folder);
  shelf = new SlugShelf();
  opened = [];
  const open = (digest: string): Promise<Readable> => {
    opened.push(digest);
    return shelf.open(digest);
  };
  store = new SlugStore(folder, open, systemClock);
  await store.prepare();
});
afterAll(() => folders.forEach((each) => rmSync(each, { recursive: true, force: true })));

const shown = (): string[] => readdirSync(folder);

interface Entry {
  readonly path: string;
  readonly type: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
  readonly linkpath?: string;
  readonly text?: string;
  readonly mode?: number;
}

/** A tar of exactly these entries, whatever a well-behaved tool would refuse to write. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ text = '', mode = 0o644, ...entry }) => {
    const header = Buffer.alloc(512);
    new Header({ ...entry, mode, size: text.length, mtime: new Date(0) }).encode(header, 0);
    return [header, Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\0'))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('slugs', () => {
  it('are unpacked once, also when asked for at the same time, and again by a later store', async () => {
    const digest = shelf.add({ 'server.js': 'hello', 'bin/run': '#!/bin/sh\n' });
    const [first, second] = await Promise.all([store.get(digest), store.get(digest)]);
    expect(first.folder).toBe(second.folder);
    expect(readText(join(first.folder, 'server.js'))).toBe('hello');
    expect(first.launch).toEqual({ path: [], env: {} });
    await store.get(digest);
    await new SlugStore(folder, shelf.open, systemClock).get(digest);
    expect(opened).toEqual([digest]);
  });

  it('can be read by everybody, written by their owner only, and raise nobody to another user', async () => {
    const tar = tarOf([
      { path: 'tool', type: 'File', mode: 0o6777, text: 'x' },
      { path: 'secret', type: 'File', mode: 0o600, text: 'x' },
    ]);
    const slug = await store.get(shelf.put(tar));
    const modes = ['tool', 'secret', '.'].map((name) => statSync(join(slug.folder, name)).mode & 0o7777);
    expect(modes).toEqual([0o755, 0o644, 0o755]);
    expect(statSync(folder).mode & 0o077).toBeLessThanOrEqual(0o011);
  });

  it('keep links that stay inside', async () => {
    const tar = tarOf([
      { path: 'lib/tool.js', type: 'File', text: 'tool' },
      { path: 'node_modules/.bin/tool', type: 'SymbolicLink', linkpath: '../../lib/tool.js' },
      { path: 'copy.js', type: 'Link', linkpath: 'lib/tool.js' },
    ]);
    const slug = await store.get(shelf.put(tar));
    expect(readText(join(slug.folder, 'node_modules/.bin/tool'))).toBe('tool');
    expect(readText(join(slug.folder, 'copy.js'))).toBe('tool');
  });

  it('with another digest than they should have are refused, and nothing stays', async () => {
    const wanted = `sha256:${createHash('sha256').update('other').digest('hex')}`;
    shelf.put(tarOf([{ path: 'a', type: 'File', text: 'a' }]), wanted);
    await expect(store.get(wanted)).rejects.toThrow(/^The slug is sha256:/);
    expect(shown()).toEqual([]);
  });

  it.each<[string, Entry[]]>([
    ['a path above', [{ path: '../evil', type: 'File', text: 'x' }]],
    ['a path that climbs later', [{ path: 'a/../../evil', type: 'File', text: 'x' }]],
    ['an absolute path', [{ path: '/tmp/berth-evil', type: 'File', text: 'x' }]],
    ['an absolute link', [{ path: 'passwd', type: 'SymbolicLink', linkpath: '/etc/passwd' }]],
    ['a link above', [{ path: 'a/b', type: 'SymbolicLink', linkpath: '../../x' }]],
    [
      'a link through another link',
      [
        { path: 'a/up', type: 'SymbolicLink', linkpath: '..' },
        { path: 'b', type: 'SymbolicLink', linkpath: 'a/up/../..' },
      ],
    ],
    ['a hard link above', [{ path: 'h', type: 'Link', linkpath: '../../etc/passwd' }]],
    ['a device', [{ path: 'null', type: 'CharacterDevice' }]],
    ['a pipe', [{ path: 'pipe', type: 'FIFO' }]],
    [
      'a file written through a link',
      [
        { path: 'out', type: 'SymbolicLink', linkpath: '/tmp' },
        { path: 'out/berth-evil', type: 'File', text: 'x' },
      ],
    ],
  ])('with %s are refused as a whole', async (_, entries) => {
    const digest = shelf.put(tarOf([{ path: 'fine', type: 'File', text: 'x' }, ...entries]));
    await expect(store.get(digest)).rejects.toThrow(/The slug is refused/);
    expect(shown()).toEqual([]);
    expect(existsSync('/tmp/berth-evil')).toBe(false);
  });

  it.each([
    ['no tar at all', Buffer.from('this is not a tar'.repeat(100))],
    ['a tar that was cut', tarOf([{ path: 'a', type: 'File', text: 'x'.repeat(5_000) }]).subarray(0, 2_000)],
  ])('that are %s are refused', async (_, bytes) => {
    await expect(store.get(shelf.put(bytes))).rejects.toThrow();
    expect(shown()).toEqual([]);
  });

  it('that nobody uses are removed but for the ones used last; half-unpacked ones at the start', async () => {
    const digests = ['1', '2', '3', '4'].map((version) => shelf.add({ version }));
    for (const [age, digest] of digests.toReversed().entries()) {
      const slug = await store.get(digest);
      utimesSync(slug.folder, 1_000 - age, 1_000 - age);
    }
    await store.collect(new Set([digests[0] ?? '']), 1);
    expect(shown().sort()).toEqual([digests[0], digests[3]].map((digest) => digest?.slice(7)).sort());
    mkdirSync(join(folder, '.half'));
    writeFileSync(join(folder, '.half/file'), 'x');
    await store.prepare();
    expect(shown()).not.toContain('.half');
  });

  it('come from any tar program', async () => {
    const source = mkdtempSync(join(tmpdir(), 'source-'));
    folders.push(source);
    const long = `${'deep/'.repeat(30)}${'n'.repeat(120)}.js`;
    mkdirSync(join(source, long, '..'), { recursive: true });
    writeFileSync(join(source, long), 'deep');
    const packed = ['gnu', 'pax'].map((format) =>
      execFileSync('tar', [`--format=${format}`, '-C', source, '-cf', '-', '.']),
    );
    for (const tar of packed) {
      const slug = await store.get(shelf.put(tar));
      expect(readText(join(slug.folder, long))).toBe('deep');
    }
  });
});
