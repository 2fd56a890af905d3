import { randomUUID } from 'node:crypto';
import { canonicalText, creditNoteOf, recompute, sha256Of } from '@berth/billing';
import { type CreditNote, creditNoteDocument } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeCreditNote } from '../src/exports/credit-note-pdf.js';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';
import { textOf } from './support/text-of.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const newIssuer = () => `C${randomUUID().slice(0, 8).toUpperCase()}`;

/** An invoice of 3.50 net, and tax. */
async function billed(issuer: string) {
  const place = somewhere();
  await billing.goTo('2026-11-20T12:00:00.000Z');
  await billing.account(place, { issuer, taxes: [{ id: 'vat', name: 'VAT', percent: '19' }] });
  await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
  await billing.closeAt('2026-12-04T00:00:00.000Z');
  const [invoice] = await billing.invoices(place);
  return { place, invoice: invoice! };
}
const voidIt = (id: string, reason = 'wrong customer') => billing.administer(`invoices/${id}/void`, { reason });
const noteOf = async (id: string, token = billing.administrator) =>
  (await app.call(`/v1/invoices/${id}/credit-note`, token)).body as unknown as CreditNote;
const statusOf = async (place: Place) =>
  (await billing.invoices(place)).map(({ status, creditNote }) => ({ status, creditNote }));

describe('an invoice that is void', () => {
  it('is taken back by a credit note with the next number of its issuer, which follows from the invoice alone', async () => {
    const issuer = newIssuer();
    const { place, invoice } = await billed(issuer);
    expect((await voidIt(invoice.id)).body).toMatchObject({ status: 'void', creditNote: `${issuer}-000002` });
    const note = await noteOf(invoice.id);
    const again = creditNoteOf({
      ...{ number: `${issuer}-000002`, issuedAt: new Date('2026-12-04T00:00:00.000Z'), reason: 'wrong customer' },
      ...{ invoice: { ...invoice.told, number: invoice.number, issuedAt: invoice.issuedAt }, sha256: invoice.sha256 },
    });
    expect(note.document).toBe(canonicalText(again));
    expect(note).toMatchObject({ number: `${issuer}-000002`, sha256: sha256Of(note.document) });
    expect(again.totals).toEqual({ net: '-3.50', tax: '-0.66', credited: '0.00', corrected: '0.00', due: '-4.16' });
    expect(await statusOf(place)).toEqual([{ status: 'void', creditNote: `${issuer}-000002` }]);
    const told = await app.told(invoice.id);
    expect(told.at(-1)).toMatchObject({
      ...{ type: 'berth.invoice.voided.v1', data: { number: invoice.number, creditNote: `${issuer}-000002` } },
    });
  });

  it('leaves no gap in the numbers, however many ask at once and however often', async () => {
    const issuer = newIssuer();
    const all = [await billed(issuer), await billed(issuer), await billed(issuer)];
    const asked = all.flatMap(({ invoice }) => [voidIt(invoice.id), voidIt(invoice.id), voidIt(invoice.id)]);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 200, 200, 409, 409, 409, 409, 409, 409]);
    const notes = await Promise.all(all.map(({ invoice }) => noteOf(invoice.id)));
    const numbers = [...all.map(({ invoice }) => invoice.number), ...notes.map(({ number }) => number)];
    expect(numbers.toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((number) => `${issuer}-00000${number}`));
  });

  it('stays so in the database, too, and nobody edits its credit note', async () => {
    const { invoice } = await billed(newIssuer());
    await voidIt(invoice.id);
    const change = (sql: string) => app.database.query(sql, [invoice.id]);
    await expect(change(`update invoice set status = 'paid' where id = $1`)).rejects.toThrow('stays so');
    await expect(change(`update invoice set status = 'issued' where id = $1`)).rejects.toThrow('stays so');
    await expect(change(`update credit_note set document = '' where invoice_id = $1`)).rejects.toThrow('never changed');
    await expect(change('delete from credit_note where invoice_id = $1')).rejects.toThrow('never changed');
  });

  it('was voided for a reason by an administrator; one that is paid cannot be', async () => {
    const { invoice, place } = await billed(newIssuer());
    expect((await billing.administer(`invoices/${invoice.id}/void`, {})).status).toBe(422);
    const member = await app.viewer(place.organizationId);
    const path = `/v1/admin/metering/invoices/${invoice.id}/void`;
    expect((await app.call(path, member, { reason: 'too much' })).status).toBe(403);
    expect((await app.call(`/v1/invoices/${invoice.id}/credit-note`, member)).status).toBe(404);
    await billing.administer(`invoices/${invoice.id}/payments`, { reason: 'bank transfer' });
    expect((await voidIt(invoice.id)).body).toMatchObject({ code: 'invoice_not_open' });
    expect(await statusOf(place)).toEqual([{ status: 'paid', creditNote: null }]);
  });
});

describe('corrections that stood on an invoice that is void', () => {
  /** November is billed, then corrected by 10 hours on December's invoice: 0.28 + 0.07 = 0.35. */
  async function corrected() {
    const place = somewhere();
    await billing.goTo('2026-11-20T12:00:00.000Z');
    await billing.account(place, { issuer: newIssuer() });
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await billing.closeAt('2026-12-04T00:00:00.000Z');
    await tellLate(place, '2026-11-30T00:00:00.000Z', '2026-11-30T10:00:00.000Z');
    await billing.closeAt('2027-01-04T00:00:00.000Z');
    const [november, december] = await billing.invoices(place);
    return { place, november: november!, december: december! };
  }
  const tellLate = (place: Place, from: string, to: string) =>
    app.tell(...runs(somewhere({ organizationId: place.organizationId }), from, to));
  const totalsOf = async (place: Place) =>
    (await billing.invoices(place)).map(({ month, told }) => [
      ...[month, told.totals.due],
      ...told.corrections.map((each) => `${each.month} ${each.total}`),
    ]);
  const verified = async (id: string) => {
    const exported = await exportInvoice(app, id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  };

  it('are on the next one, with all that became known since, which can be computed anew', async () => {
    const { place, december } = await corrected();
    expect(await totalsOf(place)).toEqual([
      ['2026-11', '3.50'],
      ['2026-12', '0.35', '2026-11 0.35'],
    ]);
    await voidIt(december.id);
    await tellLate(place, '2026-11-30T10:00:00.000Z', '2026-11-30T20:00:00.000Z');
    await billing.closeAt('2027-02-04T00:00:00.000Z');
    expect(await totalsOf(place)).toEqual([
      ['2026-11', '3.50'],
      ['2026-12', '0.35', '2026-11 0.35'],
      ['2027-01', '0.70', '2026-11 0.70'],
    ]);
    const january = (await billing.invoices(place))[2]!;
    expect(january.told.corrections[0]!.cuts.from).toBe(december.told.corrections[0]!.cuts.from);
    await verified(january.id);
  });

  it('are due once, also when that next one is void as well', async () => {
    const { place, december } = await corrected();
    await voidIt(december.id);
    await billing.closeAt('2027-02-04T00:00:00.000Z');
    const january = (await billing.invoices(place))[2]!;
    expect(january.told.corrections).toMatchObject([{ month: '2026-11', total: '0.35' }]);
    await voidIt(january.id);
    await billing.closeAt('2027-03-04T00:00:00.000Z');
    await billing.closeAt('2027-04-04T00:00:00.000Z');
    const corrections = (await totalsOf(place)).map(([month, , ...more]) => [month, ...more]).slice(3);
    expect(corrections).toEqual([['2027-02', '2026-11 0.35']]);
  });

  it('stay taken back where a later invoice goes on from them', async () => {
    const { place, december } = await corrected();
    await tellLate(place, '2026-11-30T10:00:00.000Z', '2026-11-30T20:00:00.000Z');
    await billing.closeAt('2027-02-04T00:00:00.000Z');
    await voidIt(december.id);
    await billing.closeAt('2027-03-04T00:00:00.000Z');
    expect((await totalsOf(place)).slice(2)).toEqual([['2027-01', '0.35', '2026-11 0.35']]);
  });

  it('are not due when what they correct is void itself', async () => {
    const { place, november, december } = await corrected();
    await voidIt(november.id);
    await voidIt(december.id);
    await billing.closeAt('2027-02-04T00:00:00.000Z');
    expect(await totalsOf(place)).toHaveLength(2);
  });
});

describe('a credit note on paper', () => {
  it('says what it takes back, from whom to whom, and every amount; it is for the organization alone', async () => {
    const { invoice, place } = await billed(newIssuer());
    await voidIt(invoice.id);
    const [own, stranger] = [await app.viewer(place.organizationId), await app.viewer(randomUUID())];
    const note = await noteOf(invoice.id, own);
    const told = creditNoteDocument.parse(JSON.parse(note.document));
    const text = textOf((paper) => writeCreditNote(paper, told));
    const wanted = ['Credit note', note.number, `For invoice ${invoice.number} of 4 December 2026`, 'wrong customer'];
    for (const each of [...wanted, '-2.80 EUR', '-0.70 EUR', '-0.66 EUR', '-4.16 EUR', 'VAT (19 %)'])
      expect(text).toContain(each);
    const pdf = (token: string) =>
      fetch(`${app.service.url}/v1/invoices/${invoice.id}/credit-note/pdf`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const answer = await pdf(own);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${note.number}.pdf"`);
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    expect((await pdf(stranger)).status).toBe(404);
    expect((await app.call(`/v1/invoices/${invoice.id}/credit-note`, stranger)).status).toBe(404);
  });
});
