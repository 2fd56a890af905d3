import type { Labels } from '@berth/contracts/common';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface Statement {
  readonly organizationId: string;
  /** An app or an environment. */
  readonly placeId: string;
  readonly epoch: number;
  readonly version: number;
  readonly since: string;
  readonly labels: Labels;
}

@Injectable()
export class LabelsRepository {
  async keep(tx: Tx, { organizationId, placeId, epoch, version, since, labels }: Statement): Promise<void> {
    await tx.query(
      `insert into place_labels (organization_id, place_id, epoch, version, since, labels)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [organizationId, placeId, epoch, version, since, JSON.stringify(labels)],
    );
  }
}
