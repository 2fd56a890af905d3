import { dirname, isAbsolute, join, normalize } from 'node:path';

export interface ArchiveEntry {
  readonly path: string;
  readonly type: string;
  readonly linkpath?: string | undefined;
}

const FILES = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory']);

/** Why an archive entry must not be unpacked; null when it may. */
export function refusalOf(entry: ArchiveEntry): string | null {
  if (leavesTree(entry.path)) return `${entry.path} lies outside of the slug`;
  if (FILES.has(entry.type)) return null;
  const target = entry.linkpath ?? '';
  if (entry.type === 'Link') return leavesTree(target) ? `${entry.path} links to a file outside of the slug` : null;
  if (entry.type !== 'SymbolicLink') return `${entry.path} is a ${entry.type}, which a slug may not hold`;
  return isSafeTarget(entry.path, target) ? null : `${entry.path} points outside of the slug`;
}

/**
 * `..` is allowed at the start of a target only: after a name it would follow that name first, which may itself be a
 * link, and words alone could no longer tell where it leads.
 */
function isSafeTarget(path: string, target: string): boolean {
  if (target === '' || isAbsolute(target)) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const named = parts.findIndex((part) => part !== '..');
  if (named >= 0 && parts.slice(named).includes('..')) return false;
  return !leavesTree(join(dirname(path), target));
}

const leavesTree = (path: string): boolean => isAbsolute(path) || normalize(path).split('/')[0] === '..';
