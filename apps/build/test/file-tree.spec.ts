import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { detect } from '../src/detection/detect.js';
import { DiskTree, type FileTree, MemoryTree } from '../src/detection/file-tree.js';
import { temporaryFolder, writeFiles } from './support/folders.js';

const files = { 'a.txt': 'one', 'b/c.txt': 'two', 'b/d/e.txt': 'three', 'z.txt': '' };
const settings = { installCommand: null, buildCommand: null };
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFiles(folder, files);
});

describe.each<[string, () => FileTree]>([
  ['on disk', () => new DiskTree(folder)],
  ['in memory', () => new MemoryTree(files)],
])('a file tree %s', (_, tree) => {
  it('reads files, and answers null for all else', async () => {
    expect(await tree().read('a.txt')).toBe('one');
    expect(await tree().read('b/d/e.txt')).toBe('three');
    expect(await tree().read('z.txt')).toBe('');
    for (const path of ['gone', 'b', 'b/gone', 'a.txt/x']) expect(await tree().read(path)).toBeNull();
  });

  it('lists files and folders apart, sorted', async () => {
    expect(await tree().files('')).toEqual(['a.txt', 'z.txt']);
    expect(await tree().folders('')).toEqual(['b']);
    expect(await tree().files('b')).toEqual(['c.txt']);
    expect(await tree().folders('b')).toEqual(['d']);
    expect(await tree().files('gone')).toEqual([]);
    expect(await tree().folders('a.txt')).toEqual([]);
  });
});

describe('a hostile source on disk', () => {
  it('cannot make detection read another file, or a folder elsewhere', async () => {
    const source = join(await temporaryFolder(), 'source');
    await mkdir(source);
    for (const name of ['Procfile', 'berth.yaml', 'package.json', 'requirements.txt', 'go.mod'])
      await symlink('/etc/passwd', join(source, name));
    await symlink(folder, join(source, 'public'));
    const tree = new DiskTree(source);
    expect(await tree.read('Procfile')).toBeNull();
    expect(await tree.files('public')).toEqual([]);
    await expect(detect(tree, settings)).rejects.toMatchObject({ cause: 'detect_failed' });
  });

  it('cannot make detection read something huge', async () => {
    const source = await temporaryFolder();
    await writeFiles(source, { Procfile: `web: ${'x'.repeat(2_000_000)}` });
    expect(await new DiskTree(source).read('Procfile')).toBeNull();
  });

  it('cannot fill the memory with a deep package.json', async () => {
    const source = await temporaryFolder();
    await writeFiles(source, { 'package.json': `${'['.repeat(400_000)}${']'.repeat(400_000)}` });
    await expect(detect(new DiskTree(source), settings)).rejects.toMatchObject({ cause: 'detect_failed' });
  });
});
