import type { CreditNote } from '@berth/contracts/metering';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

@Injectable()
export class CreditNotesRepository {
  async ofInvoice(sql: Sql, invoiceId: string): Promise<CreditNote | undefined> {
    const [row] = await sql.query<Omit<CreditNote, 'issuedAt'> & { issuedAt: Date }>(
      `select id, invoice_id as "invoiceId", organization_id as "organizationId", number, issued_at as "issuedAt",
              document, sha256
         from credit_note where invoice_id = $1`,
      [invoiceId],
    );
    return row && { ...row, issuedAt: row.issuedAt.toISOString() };
  }

  async insert(tx: Tx, note: CreditNote): Promise<void> {
    await tx.query(
      `insert into credit_note (id, invoice_id, organization_id, number, issued_at, document, sha256)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [note.id, note.invoiceId, note.organizationId, note.number, note.issuedAt, note.document, note.sha256],
    );
  }
}
