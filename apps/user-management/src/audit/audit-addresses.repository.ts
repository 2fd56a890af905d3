import type { AuditAddress } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

/** From where acts were asked for: beside the trail, which is kept for ever and knows no more of it than a digest. */
@Injectable()
export class AuditAddressesRepository {
  async add(tx: Tx, entryId: string, { subjectId, address, salt }: AuditAddress, at: string): Promise<void> {
    await tx.query(
      `insert into audit_address (entry_id, subject_id, address, salt, at) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      [entryId, subjectId, address, salt, at],
    );
  }

  /** Forgets some of those that are older. Collectors pass over what another one is at. */
  async forget(tx: Tx, before: Date): Promise<void> {
    await tx.query(
      `delete from audit_address where entry_id in (
         select entry_id from audit_address where at < $1 order by at limit 100 for update skip locked)`,
      [before],
    );
  }
}
