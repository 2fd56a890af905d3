import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { removeTree } from '../../src/execution/workspaces.js';

/** A folder of its own for a test file, removed afterwards; other users may pass through, as builds must. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-build-'));
  await chmod(folder, 0o711);
  made.push(folder);
  return folder;
}

const made: string[] = [];
afterAll(() => Promise.all(made.splice(0).map(removeTree)));

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
