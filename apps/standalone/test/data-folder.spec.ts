import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
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

  it.each(['/proc/berth', '/proc/self/status/berth', '/dev/null', '/dev/null/berth'])(
    'is refused in a sentence where none can be made: %s',
    async (path) => {
      const { mode: before } = await stat('/dev/null');
      const refused = DataFolder.open(path);
      await expect(refused).rejects.toThrow(StartFailure);
      await expect(refused).rejects.toThrow(/^The data folder \S+ cannot be written: .+ Choose another with --data\.$/);
      expect((await stat('/dev/null')).mode).toBe(before);
    },
  );

  it("is refused and left as it was where it is somebody's own", async () => {
    const path = join(parent, 'own');
    await mkdir(path, { mode: 0o755 });
    await writeFile(join(path, 'letter'), 'dear');
    const opening = DataFolder.open(path);
    await expect(opening).rejects.toThrow(StartFailure);
    await expect(opening).rejects.toThrow(`The folder ${path} is not a data folder of Berth: it holds letter.`);
    expect(await readdir(path)).toEqual(['letter']);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });

  it('is taken where a start was ended before its version was written, and where disks are mounted', async () => {
    const path = join(parent, 'begun');
    for (const name of ['lost+found', 'builds', 'postgres']) await mkdir(join(path, name), { recursive: true });
    await writeFile(join(path, 'lock'), '');
    await writeFile(join(path, '.writable'), '');
    await (await DataFolder.open(path)).close();
    expect(existsSync(join(path, 'version'))).toBe(true);
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

  it('is given to one of several that open it in the same moment', async () => {
    for (let round = 0; round < 20; round++) {
      const path = join(parent, String(round));
      const opened = await Promise.allSettled(Array.from({ length: 4 }, () => DataFolder.open(path)));
      const won = opened.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
      const lost = opened.filter((each) => each.status === 'rejected').map(({ reason }) => String(reason));
      expect(won).toHaveLength(1);
      expect(lost).toEqual(Array(3).fill(expect.stringMatching(/Another Berth is running on .+\.$/)));
      await won[0]?.close();
    }
  });

  it('holds its lock by one empty file that nobody else may read, and takes it again when it is there', async () => {
    const folder = await DataFolder.open(join(parent, 'data'));
    const { size, mode } = await stat(folder.in('lock'));
    expect({ size, mode: mode & 0o777 }).toEqual({ size: 0, mode: 0o600 });
    expect((await readdir(folder.path)).sort()).toEqual(['lock', 'sockets', 'version']);
    await folder.close();
    await (await DataFolder.open(join(parent, 'data'))).close();
  });

  it('that cannot be locked is refused with the reason', async () => {
    await mkdir(join(parent, 'data/lock'), { recursive: true });
    await expect(DataFolder.open(join(parent, 'data'))).rejects.toThrow(/cannot be locked: unable to open .*--data/);
  });

  it('takes away the sockets that a platform left which was killed', async () => {
    const left = await mkdtemp(join(parent, 'berth-'));
    await writeFile(join(left, 'gateway.sock'), '');
    await (await DataFolder.open(join(parent, 'data'))).close();
    await writeFile(join(parent, 'data/sockets'), left);
    const folder = await DataFolder.open(join(parent, 'data'));
    expect(existsSync(left)).toBe(false);
    expect((await stat(dirname(folder.socket('gateway')))).mode & 0o077).toBe(0);
    await folder.close();
    expect(existsSync(dirname(folder.socket('gateway')))).toBe(false);
  });

  it('takes away nothing else, whatever the note of them says', async () => {
    await (await DataFolder.open(join(parent, 'data'))).close();
    await writeFile(join(parent, 'letter'), 'dear');
    await writeFile(join(parent, 'data/sockets'), parent);
    await (await DataFolder.open(join(parent, 'data'))).close();
    expect((await readdir(parent)).sort()).toEqual(['data', 'letter']);
  });

  it.each(['one', 'NaN\n', '1.x'])('whose version is %j is refused as damaged', async (version) => {
    const path = join(parent, 'data');
    await (await DataFolder.open(path)).close();
    await writeFile(join(path, 'version'), version);
    const opening = DataFolder.open(path);
    await expect(opening).rejects.toThrow(StartFailure);
    await expect(opening).rejects.toThrow(`${join(await realpath(path), 'version')} is damaged`);
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

  it.each(['', '{"keyEncryptionKey":"of', '{}', '{"keyEncryptionKey":1}'])(
    'that is damaged (%j) ends the start with one sentence, which quotes nothing of it, and stays as it is',
    async (text) => {
      const path = join(parent, 'secrets.json');
      await writeFile(path, text);
      const loading = loadSecrets(path);
      await expect(loading).rejects.toThrow(StartFailure);
      await expect(loading).rejects.toThrow(new RegExp(`^${path} is damaged\\. Restore it from a backup`));
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it('forgets the administrator when told to', async () => {
    const path = join(parent, 'secrets.json');
    const { secrets } = await loadSecrets(path);
    await saveSecrets(path, { ...secrets, administrator: null });
    expect((await loadSecrets(path)).secrets.administrator).toBeNull();
  });
});
