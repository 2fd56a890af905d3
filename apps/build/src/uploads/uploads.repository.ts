import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { Upload } from './upload.js';

@Injectable()
export class UploadsRepository {
  async insert(tx: Tx, upload: Upload): Promise<void> {
    const { id, organizationId, projectId, subjectId, blob, tree, sizeBytes, createdAt } = upload;
    await tx.query(
      `insert into upload (id, organization_id, project_id, subject_id, blob, tree, size_bytes, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, organizationId, projectId, subjectId, blob, tree, sizeBytes, createdAt],
    );
  }

  /** Of that organization only: an upload's id must be of no use to anybody else. */
  async find(sql: Sql, organizationId: string, id: string): Promise<Pick<Upload, 'blob' | 'tree'> | null> {
    const [row] = await sql.query<Pick<Upload, 'blob' | 'tree'>>(
      'select blob, tree from upload where organization_id = $1 and id = $2',
      [organizationId, id],
    );
    return row ?? null;
  }
}
