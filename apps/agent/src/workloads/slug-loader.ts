import type { DesiredWorkload } from '@berth/contracts/runtime';
import type { Cancel } from '../clock.js';
import type { AgentContext } from '../context.js';
import type { Slug } from '../slugs/slug-store.js';
import { type Trouble, trouble } from './trouble.js';

/** Brings the slug of one workload's desired release, and tries again while it cannot be had. */
export class SlugLoader {
  private digest: string | undefined;
  private loaded: Slug | undefined;
  private failure: Trouble | null = null;
  private cancelRetry: Cancel = () => undefined;

  constructor(
    private readonly context: AgentContext,
    private readonly onChange: () => void,
  ) {}

  /** The slug that is wanted, once it is there. */
  get slug(): Slug | undefined {
    return this.loaded;
  }

  get trouble(): Trouble | null {
    return this.failure;
  }

  want({ release }: Pick<DesiredWorkload, 'release'>): void {
    if (release.artifact.digest === this.digest) return;
    this.stop();
    this.digest = release.artifact.digest;
    this.loaded = undefined;
    this.failure = null;
    if (release.artifact.kind === 'slug') return void this.load(this.digest, this.context.tuning.backoff);
    const message = 'The release is a container image; local processes run slugs only.';
    this.failure = trouble('image_invalid', message, { evidence: [] });
  }

  stop(): void {
    this.cancelRetry();
    this.digest = undefined;
  }

  private async load(digest: string, pause: number): Promise<void> {
    const result = await this.context.slugs.get(digest).catch((error: Error) => error);
    if (digest !== this.digest) return;
    if (result instanceof Error) this.failed(digest, result, pause);
    else this.loaded = result;
    if (this.loaded) this.failure = null;
    this.onChange();
  }

  private failed(digest: string, error: NodeJS.ErrnoException, pause: number): void {
    const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
    const message = full
      ? 'There is no space left on the disk for the slug.'
      : `The slug cannot be used: ${error.message}`;
    this.failure = trouble(full ? 'storage_full' : 'runtime_unavailable', message, { evidence: [digest] });
    this.context.logger.warn({ err: error, digest }, 'a slug cannot be used');
    const next = Math.min(this.context.tuning.backoffMax, pause * 2);
    this.cancelRetry = this.context.clock.after(pause, () => void this.load(digest, next));
  }
}
