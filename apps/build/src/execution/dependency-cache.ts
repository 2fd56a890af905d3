import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '@berth/service-kit';
import type { BuildPlan } from '../detection/build-plan.js';
import { ensureFolder } from './command-runner.js';
import { markUsed } from './forget-unused.js';
import { removeTree } from './workspaces.js';

const keptSets = 2;

export interface DependencySet {
  readonly key: string;
  /** Where it lies while it is not in use. */
  readonly stored: string;
  /** Where the build wants it. */
  readonly wanted: string;
}

/**
 * What `install` made, kept per app and per content of the files that it was made from. A set is moved into the build and
 * moved back: that costs nothing however large it is, and a build that fails or is killed leaves no half-changed set behind.
 */
export class DependencyCache {
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  /** Null when the plan's dependencies cannot be kept. */
  async find(appId: string, plan: BuildPlan, folder: string, tools: object): Promise<DependencySet | null> {
    const { dependencies, install } = plan;
    if (!dependencies?.reusable || !install) return null;
    const files = await Promise.all(
      dependencies.files.map((name) => readFile(join(folder, name), 'utf8').catch(() => null)),
    );
    const inputs = JSON.stringify([install, dependencies, files, tools]);
    const key = createHash('sha256').update(inputs).digest('hex').slice(0, 40);
    return { key, stored: join(this.appFolder(appId), 'sets', key), wanted: join(folder, dependencies.folder) };
  }

  /** Moves a kept set into the build. False when there is none. */
  async take({ stored, wanted }: DependencySet): Promise<boolean> {
    if (!existsSync(stored) || existsSync(wanted)) return false;
    await ensureFolder(dirname(wanted));
    return rename(stored, wanted).then(
      () => true,
      () => false,
    );
  }

  async giveBack({ stored, wanted }: DependencySet): Promise<void> {
    if (!existsSync(wanted) || existsSync(stored)) return;
    await ensureFolder(dirname(stored), 0o711);
    await rename(wanted, stored);
    await markUsed(stored, this.clock.now());
    await this.forgetOld(dirname(stored));
  }

  /** Folder of a tool's own cache, for instance npm's downloads. */
  async toolFolder(appId: string, name: string): Promise<string> {
    return ensureFolder(join(await this.openFolder(appId), name));
  }

  /** Users of builds pass through, by name only. */
  private async openFolder(appId: string): Promise<string> {
    const folder = await ensureFolder(join(this.appFolder(appId), 'tools'), 0o711);
    await markUsed(this.appFolder(appId), this.clock.now());
    return folder;
  }

  private appFolder(appId: string): string {
    return join(this.folder, createHash('sha256').update(appId).digest('hex').slice(0, 16));
  }

  private async forgetOld(sets: string): Promise<void> {
    const names = await readdir(sets);
    const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(sets, name))).mtimeMs })));
    dated.sort((left, right) => right.at - left.at);
    await Promise.all(dated.slice(keptSets).map(({ name }) => removeTree(join(sets, name))));
  }
}
