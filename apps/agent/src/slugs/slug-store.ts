import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { AgentClock } from '../clock.js';
import { type LaunchFile, readLaunchFile } from './launch-file.js';
import { SlugCorrupt, unpack } from './unpack.js';

export interface Slug {
  readonly digest: string;
  /** Unpacked, read-only for other users. */
  readonly folder: string;
  readonly launch: LaunchFile;
}

/** Opens the slug's bytes, a plain tar. Rejects when there are none. */
export type OpenBlob = (digest: string) => Promise<Readable>;

/**
 * Slugs unpacked once per digest. Other tenants may pass through the folder but not list it, and a name in it is a
 * hash of what it holds.
 */
export class SlugStore {
  private readonly running = new Map<string, Promise<Slug>>();

  constructor(
    private readonly folder: string,
    private readonly open: OpenBlob,
    private readonly clock: AgentClock,
  ) {}

  /** Makes the folder and drops what a killed agent left half-unpacked. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o711 });
    for (const name of await readdir(this.folder)) if (name.startsWith('.')) await remove(join(this.folder, name));
  }

  /** @throws SlugCorrupt, or Error when the bytes cannot be had. */
  get(digest: string): Promise<Slug> {
    const running = this.running.get(digest);
    if (running) return running;
    const started = this.load(digest).finally(() => this.running.delete(digest));
    this.running.set(digest, started);
    return started;
  }

  /** Removes slugs that nobody uses, but for the `keep` used last. */
  async collect(inUse: ReadonlySet<string>, keep: number): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => !name.startsWith('.'));
    const idle = names.filter((name) => !inUse.has(`sha256:${name}`) && !this.running.has(`sha256:${name}`));
    const dated = await Promise.all(
      idle.map(async (name) => ({ name, at: (await stat(join(this.folder, name))).mtimeMs })),
    );
    const doomed = dated.toSorted((a, b) => b.at - a.at).slice(keep);
    for (const { name } of doomed) await remove(join(this.folder, name));
  }

  private async load(digest: string): Promise<Slug> {
    const folder = join(this.folder, digest.slice('sha256:'.length));
    if (!(await exists(folder))) await this.fetch(digest, folder);
    const now = this.clock.now();
    await utimes(folder, now, now);
    return { digest, folder, launch: await launchOf(folder) };
  }

  private async fetch(digest: string, folder: string): Promise<void> {
    const temporary = join(this.folder, `.${randomBytes(8).toString('hex')}`);
    await mkdir(temporary, { mode: 0o755 });
    try {
      await unpack(await this.open(digest), digest, temporary);
      await rename(temporary, folder);
    } finally {
      await remove(temporary);
    }
  }
}

async function launchOf(folder: string): Promise<LaunchFile> {
  try {
    return await readLaunchFile(folder);
  } catch (error) {
    throw new SlugCorrupt(`.berth/launch.json of the slug is not valid: ${(error as Error).message}`);
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
