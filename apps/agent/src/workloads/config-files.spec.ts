import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFiles } from './config-files.js';

const binary = Buffer.from([0, 255, 10, 128]);
const files = [
  { path: 'nginx.conf', content: Buffer.from('events {}').toString('base64') },
  { path: 'tls/deep/key.der', content: binary.toString('base64') },
  { path: 'empty', content: '' },
];

describe('files of an instance', () => {
  let folder: string;
  let target: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'berth-files-'));
    mkdirSync(join(folder, 'web-1'));
    target = join(folder, 'web-1', 'files');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const modeOf = (path: string): string => (statSync(join(target, path)).mode & 0o777).toString(8);

  it('are there byte for byte, for their owner alone', async () => {
    await writeFiles(files, target, undefined);
    expect(readFileSync(join(target, 'nginx.conf'), 'utf8')).toBe('events {}');
    expect(readFileSync(join(target, 'tls/deep/key.der'))).toEqual(binary);
    expect(['nginx.conf', 'tls/deep/key.der', 'empty'].map(modeOf)).toEqual(['400', '400', '400']);
    expect(['.', 'tls', 'tls/deep'].map(modeOf)).toEqual(['700', '700', '700']);
    expect(readdirSync(folder)).toEqual(['web-1']);
  });

  it('are made anew at each start, and those that the release has no more are gone', async () => {
    await writeFiles(files, target, undefined);
    rmSync(join(target, 'empty'));
    writeFileSync(join(target, 'mine'), 'x');
    await writeFiles(files, target, undefined);
    expect(readdirSync(target).sort()).toEqual(['empty', 'nginx.conf', 'tls']);
    await writeFiles([], target, undefined);
    expect(readdirSync(join(folder, 'web-1'))).toEqual([]);
  });

  it('are written nowhere else, whatever the app left in their place, or an agent that was killed', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, target);
    mkdirSync(`${join(folder, 'web-1')}.files`);
    writeFileSync(join(`${join(folder, 'web-1')}.files`, 'nginx.conf'), 'half');
    await writeFiles(files, target, undefined);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readFileSync(join(target, 'nginx.conf'), 'utf8')).toBe('events {}');
  });

  it('belong to the user that its processes run as', async () => {
    // Who is no administrator can give them to nobody else.
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const identity = own.uid === 0 ? { uid: 12_345, gid: 12_346 } : own;
    await writeFiles(files, target, identity);
    for (const path of ['.', 'nginx.conf', 'tls', 'tls/deep', 'tls/deep/key.der']) {
      const { uid, gid } = statSync(join(target, path));
      expect([path, uid, gid]).toEqual([path, identity.uid, identity.gid]);
    }
  });
});
