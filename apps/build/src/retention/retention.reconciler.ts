import {
  lookAgainAbout,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
} from '@berth/reconcile';
import { Clock, CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { lockBlob } from '../artifacts/blob-lock.js';
import type { BlobStore } from '../artifacts/blob-store.js';
import { BLOB_STORE } from '../artifacts/blob-store.token.js';
import type { BuildConfig } from '../config.js';
import { BlobReferencesRepository, type RetentionLimits } from './blob-references.repository.js';

export const retentionQueue = 'retention';
export const retentionKey = 'everything';
const EVERY_SECONDS = 6 * 3_600;
const DAY = 86_400_000;

/** Removes uploads, artifacts and logs that nobody needs any more: one replica at a time, a few times a day. */
@Injectable()
export class RetentionReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(Database) private readonly database: Database,
    @Inject(BlobReferencesRepository) private readonly references: BlobReferencesRepository,
    @Inject(BLOB_STORE) private readonly blobs: BlobStore,
    @Inject(CONFIG) private readonly config: BuildConfig,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.runner.register(retentionQueue, this, { concurrency: 1 });
  }

  async reconcile(_key: string, context: ReconcileContext): Promise<Outcome> {
    const limits = this.limits();
    await untilNone(() => context.transaction((tx) => this.references.removeOldUploads(tx, limits)));
    await untilNone(() => context.transaction((tx) => this.references.removeOldLogs(tx, limits)));
    await this.removeBlobs(context, limits);
    return lookAgainAbout({ seconds: EVERY_SECONDS });
  }

  /** Also blobs that no row has ever named: their writer was killed. */
  private async removeBlobs(context: ReconcileContext, limits: RetentionLimits): Promise<void> {
    for await (const digest of this.blobs.writtenBefore(limits.artifacts)) {
      if (context.signal.aborted) break;
      if (await this.references.isNeeded(this.database, digest, limits)) continue;
      await context.transaction((tx) => this.remove(tx, digest, limits));
    }
  }

  private async remove(tx: Tx, digest: string, limits: RetentionLimits): Promise<void> {
    await lockBlob(tx, digest);
    if (await this.references.isNeeded(tx, digest, limits)) return;
    await this.references.forgetArtifact(tx, digest);
    await this.blobs.delete(digest);
  }

  private limits(): RetentionLimits {
    const before = (days: number): Date => new Date(this.clock.now().getTime() - days * DAY);
    const { ARTIFACT_DAYS, UPLOAD_DAYS, LOG_DAYS } = this.config;
    return { artifacts: before(ARTIFACT_DAYS), uploads: before(UPLOAD_DAYS), logs: before(LOG_DAYS) };
  }
}

async function untilNone(removeSome: () => Promise<number>): Promise<void> {
  while ((await removeSome()) > 0);
}
