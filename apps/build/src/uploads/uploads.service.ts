import type { Readable } from 'node:stream';
import { Audit, type Caller } from '@berth/access';
import type { UploadQuery } from '@berth/contracts/build';
import { Clock, Database, Ids } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { lockBlob } from '../artifacts/blob-lock.js';
import { BuildFailure, isFullDisk, storageFull } from '../builds/build-failure.js';
import type { Upload } from './upload.js';
import { ArchiveTooLarge, type StoredArchive, UploadStore } from './upload-store.js';
import { uploadErrors } from './uploads.errors.js';
import { UploadsRepository } from './uploads.repository.js';

@Injectable()
export class UploadsService {
  constructor(
    @Inject(UploadStore) private readonly store: UploadStore,
    @Inject(UploadsRepository) private readonly uploads: UploadsRepository,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError upload_too_large, upload_refused, upload_incomplete */
  async create(caller: Caller, query: UploadQuery, body: Readable, signal: AbortSignal): Promise<Upload> {
    const stored = await this.take(body, signal);
    const upload: Upload = {
      ...stored,
      id: this.ids.next(),
      organizationId: query.organization,
      projectId: query.project ?? null,
      subjectId: caller.subjectId,
      createdAt: this.clock.now(),
    };
    await this.database.transaction(async (tx) => {
      await lockBlob(tx, upload.blob);
      await this.store.requireKept(upload.blob);
      await this.uploads.insert(tx, upload);
      await this.audit.record(tx, {
        by: caller,
        action: 'uploads:create',
        target: { kind: 'upload', id: upload.id },
        organizationId: upload.organizationId,
        detail: { sizeBytes: upload.sizeBytes, tree: upload.tree },
      });
    });
    return upload;
  }

  private async take(body: Readable, signal: AbortSignal): Promise<StoredArchive> {
    try {
      return await this.store.take(body, signal);
    } catch (error) {
      if (error instanceof ArchiveTooLarge) throw uploadErrors.UploadTooLarge('The archive is larger than is allowed.');
      if (error instanceof BuildFailure && error.cause === 'source_too_large')
        throw uploadErrors.UploadTooLarge(error.message);
      if (error instanceof BuildFailure) throw uploadErrors.UploadRefused(error.message);
      if (isFullDisk(error)) throw uploadErrors.UploadRefused(storageFull().message);
      if (signal.aborted) throw uploadErrors.UploadIncomplete('The upload ended before it was whole.');
      throw error;
    }
  }
}
