import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The rules of one folder: `.gitignore`, then `.berthignore`, which may take back what the former said. */
export interface FolderRules {
  /** Relative to the root that is packed, without trailing slash; empty for the root itself. */
  readonly folder: string;
  readonly rules: Ignore;
}

/** Never part of a source. */
const always = ['.git', '.berth.json'];

export async function rulesOf(root: string, folder: string): Promise<FolderRules> {
  const files = ['.gitignore', '.berthignore'].map((name) =>
    readFile(join(root, folder, name), 'utf8').catch(() => ''),
  );
  const rules = ignore().add(always);
  for (const text of await Promise.all(files)) rules.add(text);
  return { folder, rules };
}

/** `path` relative to the root, with a trailing slash for a folder. The rules of the deepest folder decide last. */
export function isIgnored(path: string, outermostFirst: readonly FolderRules[]): boolean {
  let ignored = false;
  for (const { folder, rules } of outermostFirst) {
    const verdict = rules.test(folder === '' ? path : path.slice(folder.length + 1));
    ignored = verdict.ignored || (ignored && !verdict.unignored);
  }
  return ignored;
}
