import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StartFailure } from '../src/failure.js';
import { DATA_VERSION, DataFolder } from '../src/folder/data-folder.js';
import { loadSecrets, saveSecrets } from '../src/folder/secrets-file.js';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'berth-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('the data folder', () => {
  it('is made when it is missing, and opens again after it was closed', async () => {
    const path = join(parent, 'a', 'b');
    await (await DataFolder.open(path)).close();
    const again = await DataFolder.open(path);
    expect(existsSync(join(path, 'version'))).toBe(true);
    await again.close();
  });

  it('can be listed by nobody else', async () => {
    const folder = await DataFolder.open(join(parent, 'data'));
    expect((await stat(folder.path)).mode & 0o077).toBe(0o011);
    await folder.close();
  });

  it('is held by one platform at a time', async () => {
    const folder = await DataFolder.open(join(parent, 'data'));
    await expect(DataFolder.open(join(parent, 'data'))).rejects.toThrow(/Another Berth is running/);
    await folder.close();
    await (await DataFolder.open(join(parent, 'data'))).close();
  });

  it('is held whatever path leads to it, and whatever folder is for temporary files', async () => {
    const path = join(parent, 'deep'.repeat(20), 'deep'.repeat(20));
    const folder = await DataFolder.open(path);
    await symlink(path, join(parent, 'link'));
    await expect(DataFolder.open(join(parent, 'link'))).rejects.toThrow(/Another Berth is running/);
    const { TMPDIR } = process.env;
    process.env.TMPDIR = await mkdtemp(join(parent, 'other-'));
    try {
      await expect(DataFolder.open(path)).rejects.toThrow(/Another Berth is running/);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
    await folder.close();
  });

  it('takes away its own lock and no file of that name where it was started', async () => {
    const before = process.cwd();
    const folder = await DataFolder.open(join(parent, 'data'));
    await writeFile(join(parent, 'lock.sock'), '');
    process.chdir(parent);
    try {
      await folder.close();
    } finally {
      process.chdir(before);
    }
    expect([existsSync(join(parent, 'lock.sock')), existsSync(join(parent, 'data/lock.sock'))]).toEqual([true, false]);
  });

  it('takes away the sockets that a platform left which was killed', async () => {
    const left = await mkdtemp(join(parent, 'berth-'));
    await (await DataFolder.open(join(parent, 'data'))).close();
    await writeFile(join(parent, 'data/sockets'), left);
    const folder = await DataFolder.open(join(parent, 'data'));
    expect(existsSync(left)).toBe(false);
    expect((await stat(dirname(folder.socket('gateway')))).mode & 0o077).toBe(0);
    await folder.close();
    expect(existsSync(dirname(folder.socket('gateway')))).toBe(false);
  });

  it('of a newer version is refused and left as it was', async () => {
    const path = join(parent, 'data');
    await (await DataFolder.open(path)).close();
    await writeFile(join(path, 'version'), `${DATA_VERSION + 1}\n`);
    await expect(DataFolder.open(path)).rejects.toThrow(/newer Berth/);
    await expect(DataFolder.open(path)).rejects.toThrow(StartFailure);
  });

  it('that cannot be written is refused with a hint', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(DataFolder.open(join(parent, 'file', 'data'))).rejects.toThrow(/cannot be written.*--data/);
  });

  it('keeps the path of a socket short, however deep it lies', async () => {
    const folder = await DataFolder.open(join(parent, 'deep'.repeat(20), 'deep'.repeat(20)));
    expect(folder.socket('gateway').length).toBeLessThanOrEqual(103);
    await folder.close();
  });
});

describe('the secrets file', () => {
  it('is made once, for its user only, and read back', async () => {
    const path = join(parent, 'secrets.json');
    const made = await loadSecrets(path);
    expect(made.isNew).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await loadSecrets(path)).toEqual({ secrets: made.secrets, isNew: false });
  });

  it('forgets the administrator when told to', async () => {
    const path = join(parent, 'secrets.json');
    const { secrets } = await loadSecrets(path);
    await saveSecrets(path, { ...secrets, administrator: null });
    expect((await loadSecrets(path)).secrets.administrator).toBeNull();
  });
});
