import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderRules, isIgnored, rulesOf } from './ignore-rules.js';

/** Files and links under a folder that are not ignored, relative to it, sorted; sockets and devices are left out. */
export async function sourceFiles(root: string): Promise<string[]> {
  return (await walk(root, '', [])).sort();
}

async function walk(root: string, folder: string, outer: readonly FolderRules[]): Promise<string[]> {
  const rules = [...outer, await rulesOf(root, folder)];
  const files: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isIgnored(entry.isDirectory() ? `${path}/` : path, rules)) continue;
    if (entry.isDirectory()) files.push(...(await walk(root, path, rules)));
    if (entry.isFile() || entry.isSymbolicLink()) files.push(path);
  }
  return files;
}
