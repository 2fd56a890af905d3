import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isListedHost, isPublicAddress, type Resolve } from '@berth/service-kit';
import { BuildFailure } from '../builds/build-failure.js';
import { ensureFolder, type StopReason } from '../execution/command-runner.js';
import { markUsed } from '../execution/forget-unused.js';
import type { Git, GitAnswer } from './git.js';
import * as failures from './git-failures.js';
import { candidateRefs, type GitLocation, parseGitLocation } from './git-location.js';
import { Mutex } from './mutex.js';
import type { FetchedSource, SourceLimits } from './source.js';
import { refuseEscapingLinks } from './verify-tree.js';

export interface GitSourceOptions {
  /** Holds a bare repository per organization and URL, fetched into again and again. */
  readonly mirrors: string;
  readonly limits: SourceLimits;
  readonly allowLocal: boolean;
  readonly allowPrivateAddresses: boolean;
  /** `OUTBOUND_HOSTS` */
  readonly hosts: readonly string[];
  readonly resolve: Resolve;
}

export interface GitCheckout {
  /** Keeps the caches of tenants apart. */
  readonly organizationId: string;
  readonly url: string;
  readonly ref: string;
  /** Empty folder that receives the files. */
  readonly into: string;
  readonly signal: AbortSignal;
}

/** Of a git repository the commit is always known. */
type FetchedCommit = FetchedSource & { readonly commit: string };

interface Fetch {
  readonly mirror: string;
  readonly location: GitLocation;
  readonly settings: Record<string, string>;
  readonly signal: AbortSignal;
}

/** Fetches one commit of a repository, without its history, and lays its files down. */
export class GitSource {
  private readonly mutex = new Mutex();

  constructor(
    private readonly git: Git,
    private readonly options: GitSourceOptions,
    private readonly clock: Clock,
  ) {}

  /** @throws BuildFailure source_not_found, source_denied, source_too_large, timeout, storage_full */
  async checkout(request: GitCheckout): Promise<FetchedSource> {
    const location = parseGitLocation(request.url, this.options.allowLocal);
    const refs = candidateRefs(request.ref);
    const limit = new AbortController();
    const cancel = this.clock.after(this.options.limits.timeoutSeconds * 1_000, () => limit.abort());
    const signal = AbortSignal.any([request.signal, limit.signal]);
    try {
      return await this.fetchAndLayDown({ ...request, signal }, location, refs);
    } catch (error) {
      if (limit.signal.aborted && !request.signal.aborted)
        throw failures.sourceTimeout(this.options.limits.timeoutSeconds);
      throw error;
    } finally {
      cancel();
    }
  }

  private async fetchAndLayDown(
    request: GitCheckout,
    location: GitLocation,
    refs: readonly string[],
  ): Promise<FetchedSource> {
    const settings = await this.connectionSettings(location);
    const mirror = join(this.options.mirrors, mirrorName(request.organizationId, location.url));
    return this.mutex.run(mirror, async () => {
      const fetch = { mirror, location, settings, signal: request.signal };
      const fetched = await this.fetchFirst(fetch, request.ref, refs);
      await this.checkSize(mirror, fetched.commit, request.signal);
      await this.layDown(mirror, fetched.commit, request);
      await refuseEscapingLinks(request.into);
      return fetched;
    });
  }

  /**
   * Checks every address of the host and pins those, so that git connects to what was checked and not to what the name
   * means a moment later (git 2.37 or later; an older one ignores the setting and resolves again). Redirects are refused,
   * because their target would not have been checked.
   */
  private async connectionSettings({ host, port, authorization }: GitLocation): Promise<Record<string, string>> {
    if (host === null) return {};
    const settings: Record<string, string> = authorization
      ? { 'http.extraHeader': `Authorization: ${authorization}` }
      : {};
    const name = host.replace(/^\[|\]$/g, '');
    if (!isListedHost(name, this.options.hosts)) throw failures.hostNotListed(name);
    const addresses = await this.options.resolve(name).catch(() => []);
    if (addresses.length === 0) throw unknownHost(name);
    if (!this.options.allowPrivateAddresses && !addresses.every(isPublicAddress)) throw privateAddress(name);
    return { ...settings, 'http.curloptResolve': `${host}:${port}:${addresses.map(bracketed).join(',')}` };
  }

  private async fetchFirst(fetch: Fetch, ref: string, candidates: readonly string[]): Promise<FetchedCommit> {
    for (const candidate of candidates) {
      const answer = await this.fetchWithRepair(fetch, candidate);
      if (answer.exitCode === 0) return await this.commitOf(fetch.mirror, candidate, fetch.signal);
      if (answer.stopped === 'too-large') throw failures.sourceTooLarge(this.options.limits.maxBytes);
      if (answer.stopped === 'aborted') throw new DOMException('fetching was aborted', 'AbortError');
      if (!failures.isMissingRef(answer)) throw explained(answer);
    }
    throw failures.refNotFound(ref);
  }

  /** A mirror is only a cache: one that a kill left half-written is thrown away and fetched anew. */
  private async fetchWithRepair(fetch: Fetch, ref: string): Promise<GitAnswer> {
    const first = await this.fetchOnce(fetch, ref);
    if (first.exitCode === 0 || first.stopped) return first;
    if (failures.isRedirect(first) && !fetch.location.url.endsWith('.git'))
      return this.fetchOnce({ ...fetch, location: withSuffix(fetch.location) }, ref);
    if (!failures.isCorruptCache(first)) return first;
    await rm(fetch.mirror, { recursive: true, force: true });
    return this.fetchOnce(fetch, ref);
  }

  private async fetchOnce({ mirror, location, settings, signal }: Fetch, ref: string): Promise<GitAnswer> {
    const before = await this.prepareMirror(mirror, signal);
    const tooLarge = async (): Promise<StopReason | null> =>
      (await packBytes(mirror)) - before > this.options.limits.maxBytes ? 'too-large' : null;
    const answer = await this.git.run({
      folder: mirror,
      settings,
      signal,
      watch: tooLarge,
      arguments: [
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-recurse-submodules',
        '--force',
        '--',
        location.url,
        `+${ref}:${localName(ref)}`,
      ],
    });
    // A small, fast fetch ends before anyone looked.
    return answer.stopped === null && (await tooLarge()) ? { ...answer, exitCode: null, stopped: 'too-large' } : answer;
  }

  /** Answers how many bytes of packs it holds already. */
  private async prepareMirror(mirror: string, signal: AbortSignal): Promise<number> {
    if ((await packBytes(mirror)) > this.options.limits.maxBytes) await rm(mirror, { recursive: true, force: true });
    // Only the lock of a killed process can be there: this process lets one fetch at a time into a mirror.
    await rm(join(mirror, 'shallow.lock'), { force: true });
    await ensureFolder(mirror);
    await markUsed(mirror, this.clock.now());
    if (existsSync(join(mirror, 'HEAD'))) return packBytes(mirror);
    const answer = await this.git.run({
      folder: mirror,
      signal,
      arguments: ['init', '--bare', '--quiet', '--', mirror],
    });
    if (answer.exitCode !== 0) throw explained(answer);
    return 0;
  }

  private async commitOf(mirror: string, ref: string, signal: AbortSignal): Promise<FetchedCommit> {
    const show = ['show', '--no-patch', '--no-color', '--format=%H%n%T%n%s', `${localName(ref)}^{commit}`, '--'];
    const { exitCode, output } = await this.git.run({ folder: mirror, signal, arguments: show });
    const [commit, tree = commit, subject = ''] = output;
    if (exitCode !== 0 || !commit) throw failures.refNotFound(ref);
    return { commit, tree: `git:${tree}`, subject: subject.slice(0, 500) };
  }

  /** Before anything is laid down: a small pack can hold a tree of terabytes. */
  private async checkSize(mirror: string, commit: string, signal: AbortSignal): Promise<void> {
    let bytes = 0;
    let entries = 0;
    const count = (lines: readonly string[]): void => {
      entries += lines.length;
      for (const line of lines) bytes += Number(/^[0-9]+ blob [0-9a-f]+ +([0-9]+)\t/.exec(line)?.[1] ?? 0);
      if (bytes > this.options.limits.maxBytes || entries > this.options.limits.maxEntries)
        throw failures.sourceTooLarge(this.options.limits.maxBytes);
    };
    const list = ['ls-tree', '-r', '-l', '--full-tree', commit];
    const answer = await this.git.run({ folder: mirror, signal, onOutput: count, arguments: list });
    if (answer.exitCode !== 0) throw explained(answer);
  }

  private async layDown(mirror: string, commit: string, { into, signal }: GitCheckout): Promise<void> {
    const index = `${into}.index`;
    const answer = await this.git.run({
      folder: into,
      signal,
      environment: { GIT_INDEX_FILE: index },
      arguments: [`--git-dir=${mirror}`, `--work-tree=${into}`, 'read-tree', '--reset', '-u', commit],
    });
    await rm(index, { force: true });
    if (answer.exitCode !== 0) throw explained(answer);
  }
}

function explained(answer: GitAnswer): Error {
  if (answer.stopped === 'aborted') return new DOMException('fetching was aborted', 'AbortError');
  if (answer.stopped === 'disk') return failures.fetchFailure({ ...answer, errors: ['No space left on device'] });
  if (!answer.notStarted) return failures.fetchFailure(answer);
  return new BuildFailure('toolchain_missing', 'git is not installed on the build host.', 'Install git on the host.');
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const mirrorName = (organizationId: string, url: string): string => sha(`${organizationId}\n${url}`).slice(0, 40);
const localName = (ref: string): string => `refs/berth/${sha(ref).slice(0, 32)}`;
const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
const withSuffix = (location: GitLocation): GitLocation => ({
  ...location,
  url: `${location.url.replace(/\/$/, '')}.git`,
});

async function packBytes(mirror: string): Promise<number> {
  const folder = join(mirror, 'objects/pack');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (each) => each.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const unknownHost = (host: string): BuildFailure =>
  new BuildFailure('source_not_found', `The host ${host} has no address.`, 'Check the host name in the URL.');

const privateAddress = (host: string): BuildFailure =>
  new BuildFailure(
    'source_denied',
    `The host ${host} has a private address.`,
    'Use a public git host, or ask an administrator to allow private addresses.',
  );
