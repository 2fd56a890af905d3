import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const first = 300_000;
const count = 1_000_000_000;

/** The user and group id under which an app's code is run while it is built: its own, far from those of people. */
export const buildUserOf = (appId: string): number =>
  first + (createHash('sha256').update(appId).digest().readUInt32BE(0) % count);

/** Gives a tree away; links themselves, never what they point to. */
export async function giveTo(user: number | null, ...paths: readonly string[]): Promise<void> {
  if (user === null || paths.length === 0) return;
  const { execa } = await import('execa');
  await execa('chown', ['-Rh', `${user}:${user}`, '--', ...paths]);
}

/**
 * Builds run as other users than root, so those must be able to reach the folder.
 * @throws Error with one sentence naming the folder that shuts them out
 */
export async function assertReachable(folder: string): Promise<void> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0)
      throw new Error(
        `Builds run as users of their own, which cannot enter ${path}: choose a data folder outside of it`,
      );
    if (path === dirname(path)) return;
  }
}
