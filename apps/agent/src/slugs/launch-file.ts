import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';

const folderInSlug = z
  .string()
  .min(1)
  .max(500)
  .refine((path) => !isAbsolute(path) && !path.includes(':') && normalize(path).split('/')[0] !== '..', {
    error: 'must be a folder inside the slug',
  });

/** `.berth/launch.json` of a slug: what the build knows about starting it. */
export const launchFile = z.strictObject({
  /** Folders of the slug to search for programs, first of all. */
  path: z.array(folderInSlug).max(20).default([]),
  /** Defaults that config overrides. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(10_000)).default({}),
});
export type LaunchFile = z.infer<typeof launchFile>;

/** @throws Error when the file is there and not valid. */
export async function readLaunchFile(slugFolder: string): Promise<LaunchFile> {
  const text = await readFile(join(slugFolder, '.berth/launch.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw error;
  });
  return launchFile.parse(JSON.parse(text));
}
