import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { BuildFailure } from '../builds/build-failure.js';

/**
 * Refuses symbolic links that lead out of a tree, before anything reads through them as the platform's user.
 * Judged by text, step by step through the links inside the tree, so that a dangling link out is refused as well.
 * @throws BuildFailure source_denied
 */
export async function refuseEscapingLinks(root: string): Promise<void> {
  const top = await realpath(root);
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const link = join(entry.parentPath, entry.name);
    if (await leadsOutside(top, link)) throw escapingLink(relative(top, link));
  }
}

const escapingLink = (path: string): BuildFailure =>
  new BuildFailure(
    'source_denied',
    `The symbolic link ${JSON.stringify(path)} leads out of the source.`,
    'Replace the link by the file it means, or by a relative link inside the repository.',
  );

/** A link may point through other links: each is judged when the walk meets it, so one step is enough here. */
async function leadsOutside(top: string, link: string): Promise<boolean> {
  const target = await readlink(link);
  const resolved = resolve(dirname(link), target);
  if (target.startsWith(sep) || !isInside(top, resolved)) return true;
  // `a -> b/..` where b is itself a link: what the text says and where the kernel goes differ, so ask the kernel too.
  const real = await realpath(link).catch(() => resolved);
  return !isInside(top, real);
}

const isInside = (top: string, path: string): boolean => path === top || path.startsWith(top + sep);

/** Whether a folder of the source exists and is a real folder, not a link. */
export async function isRealFolder(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => null);
  return stat?.isDirectory() ?? false;
}
