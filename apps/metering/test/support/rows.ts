import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { v7 } from 'uuid';
import { metering } from '../../src/index.js';

/** The tables of the service without the service: for what one statement decides. */
export const meteringDatabase = (): Promise<TestDatabase> => testDatabase({ migrations: metering.migrations });

export interface InvoiceRow {
  readonly organizationId: string;
  readonly status?: 'issued' | 'paid' | 'void';
  readonly number?: string;
}

let count = 0;

/** An invoice as far as other rows refer to it; answers its id. */
export async function invoiceRow(
  { database }: TestDatabase,
  { organizationId, status = 'issued', number = `BERTH-${randomUUID()}` }: InvoiceRow,
): Promise<string> {
  const id = v7();
  count++;
  await database.query(
    `insert into invoice (id, organization_id, month, number, issuer, status, currency, due, issued_at, period_to,
                          document, sha256, cut, rated, rated_cut)
     values ($1, $2, $3, $4, 'BERTH', $5, 'EUR', '10.00', now(), now(), '', '', 0, '[]', 0)`,
    [id, organizationId, `2026-${count}`, number, status],
  );
  return id;
}
