import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usageError } from '../errors.js';

export const LINK_FILE = '.berth.json';

/** Which app a folder belongs to. Names, so that the file can be committed and works on every server. */
export interface Link {
  readonly organization?: string;
  readonly project?: string;
  readonly app?: string;
}

export interface FoundLink extends Link {
  /** The folder that holds the file. */
  readonly folder: string;
}

/** The link of a folder or of the nearest folder above it. */
export async function findLink(folder: string): Promise<FoundLink | undefined> {
  const link = await readLink(folder);
  if (link) return { ...link, folder };
  const parent = dirname(folder);
  return parent === folder ? undefined : findLink(parent);
}

export async function readLink(folder: string): Promise<Link | undefined> {
  const file = join(folder, LINK_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return onlyNames(JSON.parse(text));
  } catch {
    throw usageError(
      `${file} is not valid JSON.`,
      'Remove it, or write {"organization": ..., "project": ..., "app": ...}.',
    );
  }
}

export const writeLink = (folder: string, link: Required<Link>): Promise<void> =>
  writeFile(join(folder, LINK_FILE), `${JSON.stringify(link, null, 2)}\n`);

function onlyNames(value: unknown): Link {
  const named = ['organization', 'project', 'app'] as const;
  const entries = named.map((key) => [key, (value as Record<string, unknown>)[key]] as const);
  return Object.fromEntries(entries.filter(([, each]) => typeof each === 'string'));
}
