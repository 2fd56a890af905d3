import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeTree, Workspaces } from '../src/execution/workspaces.js';
import { temporaryFolder } from './support/folders.js';

describe('workspaces', () => {
  it('are empty, and the same path for the next build of an app', async () => {
    const workspaces = new Workspaces(await temporaryFolder());
    const first = await workspaces.acquire('app');
    await writeFile(join(first.source, 'left'), 'x');
    await first.release();
    const second = await workspaces.acquire('app');
    expect(second.source).toBe(first.source);
    expect(await readdir(second.source)).toEqual([]);
    expect((await stat(second.home)).isDirectory() && (await stat(second.temporary)).isDirectory()).toBe(true);
  });

  it('are never shared by two builds at once', async () => {
    const folder = await temporaryFolder();
    const workspaces = new Workspaces(folder);
    const all = await Promise.all(['app', 'app', 'app', 'other'].map((app) => workspaces.acquire(app)));
    expect(new Set(all.map(({ source }) => source)).size).toBe(4);
    await Promise.all(all.map((each) => each.release()));
    expect(await readdir(folder)).toEqual([]);
  });

  it('let other users pass through, but not look around', async () => {
    const folder = await temporaryFolder();
    const { source } = await new Workspaces(join(folder, 'work')).acquire('app');
    expect((await stat(join(folder, 'work'))).mode & 0o777).toBe(0o711);
    expect((await stat(join(source, '..'))).mode & 0o777).toBe(0o711);
    expect((await stat(source)).mode & 0o777).toBe(0o700);
  });

  it('of a killed platform are cleared away', async () => {
    const folder = join(await temporaryFolder(), 'work');
    await new Workspaces(folder).acquire('app');
    const next = new Workspaces(folder);
    await next.clear();
    expect(existsSync(folder)).toBe(false);
    await next.clear();
    await next.acquire('app');
  });

  it('are removed although a tool took away its own right to write', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'module/inner'), { recursive: true });
    await writeFile(join(folder, 'module/inner/file'), 'x');
    await chmod(join(folder, 'module/inner'), 0o555);
    await chmod(join(folder, 'module'), 0o555);
    await removeTree(join(folder, 'module'));
    expect(existsSync(join(folder, 'module'))).toBe(false);
  });
});
