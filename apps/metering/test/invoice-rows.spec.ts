import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvoicesRepository } from '../src/invoices/invoices.repository.js';
import { invoiceRow, meteringDatabase } from './support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await meteringDatabase();
});
afterAll(() => database?.drop());

const invoices = new InvoicesRepository();

describe('invoices that are asked for by number', () => {
  it('are those that hold, of their organization, and no others', async () => {
    const [organizationId, stranger, run] = [randomUUID(), randomUUID(), randomUUID()];
    const named = (name: string) => `${name}-${run}`;
    const id = await invoiceRow(database, { organizationId, number: named('asked') });
    const paid = await invoiceRow(database, { organizationId, number: named('paid'), status: 'paid' });
    await invoiceRow(database, { organizationId, number: named('void'), status: 'void' });
    await invoiceRow(database, { organizationId, number: named('other') });
    await invoiceRow(database, { organizationId: stranger, number: named('strange') });
    const asked = ['asked', 'paid', 'void', 'strange', 'unknown'].map(named);
    const found = await database.database.transaction((tx) => invoices.numbered(tx, organizationId, asked));
    expect(new Map(found.map((each) => [each.id, [each.number, each.rated, each.ratedCut]]))).toEqual(
      new Map([
        [id, [named('asked'), [], '0']],
        [paid, [named('paid'), [], '0']],
      ]),
    );
  });

  it('are none where none is asked for', async () => {
    const organizationId = randomUUID();
    await invoiceRow(database, { organizationId });
    expect(await database.database.transaction((tx) => invoices.numbered(tx, organizationId, []))).toEqual([]);
  });
});
