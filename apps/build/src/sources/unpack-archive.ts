import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ReadEntry, Unpack } from 'tar';
import { BuildFailure } from '../builds/build-failure.js';
import { sourceTooLarge } from './git-failures.js';
import type { SourceLimits } from './source.js';

const maxPathLength = 1_024;
const maxMetaBytes = 16_384;

const refused = (message: string): BuildFailure =>
  new BuildFailure('source_denied', message, 'Send the source folder as it is: berth deploy packs it correctly.');

/**
 * Unpacks a gzipped tar into an empty folder. The whole archive is refused for one entry that has no place in a source:
 * a path out of the folder, a link out of it, a device, a name of absurd length; and when it unpacks to more than the limits.
 * @throws BuildFailure source_denied, source_too_large
 */
export async function unpackArchive(
  archive: Readable,
  folder: string,
  limits: SourceLimits,
  signal: AbortSignal,
): Promise<void> {
  const checks = new EntryChecks(limits);
  const unpack = new Unpack({
    cwd: folder,
    strict: true,
    noMtime: true,
    preserveOwner: false,
    maxMetaEntrySize: maxMetaBytes,
    filter: (_path, entry) => checks.accepts(entry as ReadEntry),
    onwarn: () => undefined,
  });
  unpack.on('ignoredEntry', (entry: ReadEntry) => checks.ignored(entry));
  try {
    await pipeline(archive, createGunzip(), boundedBytes(limits.maxBytes), unpack as unknown as NodeJS.WritableStream, {
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw checks.problem ?? understood(error);
  }
  if (checks.problem) throw checks.problem;
}

class EntryChecks {
  problem: BuildFailure | null = null;
  private entries = 0;

  constructor(private readonly limits: SourceLimits) {}

  accepts(entry: ReadEntry): boolean {
    this.entries += 1;
    this.problem ??= this.entries > this.limits.maxEntries ? sourceTooLarge(this.limits.maxBytes) : problemOf(entry);
    return this.problem === null;
  }

  ignored(entry: ReadEntry): void {
    this.problem ??= entry.size > maxMetaBytes ? refused('An entry of the archive has a name of absurd length.') : null;
  }
}

const harmless = new Set(['File', 'OldFile', 'ContiguousFile', 'Directory', 'SymbolicLink', 'Link']);

function problemOf(entry: ReadEntry): BuildFailure | null {
  const path = entry.path;
  if (path.length > maxPathLength || (entry.linkpath?.length ?? 0) > maxPathLength)
    return refused('An entry of the archive has a name of absurd length.');
  const shown = JSON.stringify(path.slice(0, 200));
  if (!harmless.has(entry.type)) return refused(`The archive holds ${shown}, which is neither a file nor a folder.`);
  if (posix.isAbsolute(path) || path.split('/').includes('..') || /[\p{Cc}\\]/u.test(path))
    return refused(`The archive holds ${shown}, which would lie outside of the source.`);
  return linkLeavesTree(entry) ? refused(`The archive holds the link ${shown}, which leads out of the source.`) : null;
}

function linkLeavesTree(entry: ReadEntry): boolean {
  if (entry.type !== 'SymbolicLink' && entry.type !== 'Link') return false;
  const target = entry.linkpath ?? '';
  if (target === '' || posix.isAbsolute(target) || /[\p{Cc}\\]/u.test(target)) return true;
  const base = entry.type === 'Link' ? '' : posix.dirname(entry.path);
  const resolved = posix.normalize(posix.join(base, target));
  return resolved === '..' || resolved.startsWith('../');
}

function boundedBytes(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) return done(sourceTooLarge(maxBytes));
      done(null, chunk);
    },
  });
}

function understood(error: unknown): Error {
  if (error instanceof BuildFailure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (/^(Z_|TAR_|ERR_)/.test(code) || (error as { tarCode?: string }).tarCode)
    return refused('The upload is not a gzipped tar archive, or it is damaged.');
  return error as Error;
}
