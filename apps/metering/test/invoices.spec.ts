import { randomUUID } from 'node:crypto';
import { codeVersion, invoiceExport, recompute } from '@berth/billing';
import { type Invoice, invoiceDocument, type InvoiceSummary } from '@berth/contracts/metering';
import type { TestService } from '@berth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PeriodCloser } from '../src/closings/period-closer.js';
import { exportInvoice } from './support/export-invoice.js';
import { changed, MeteringApp, type Place, somewhere, startOfTest, web } from './support/metering-app.js';

let app: MeteringApp;
let administrator: string;
const hour = 3_600_000;
const day = 24 * hour;

beforeAll(async () => {
  app = await MeteringApp.start();
  administrator = await app.administrator();
});
afterAll(() => app.close());

const goTo = async (instant: string) => {
  app.clock.held = new Date(instant);
  await app.identity.heartbeat(app.clock.held);
};
beforeEach(() => goTo('2026-11-20T12:00:00.000Z'));

const closeDue = (service: TestService = app.service) => service.app.get(PeriodCloser, { strict: false }).closeDue();
const listed = async (place: Pick<Place, 'organizationId'>, token: string): Promise<InvoiceSummary[]> =>
  (await app.call(`/v1/invoices?organization=${place.organizationId}`, token)).body['items'] as InvoiceSummary[];
const read = async (id: string, token: string) => {
  const invoice = (await app.call(`/v1/invoices/${id}`, token)).body as unknown as Invoice;
  return { ...invoice, told: invoiceDocument.parse(JSON.parse(invoice.document)) };
};
const billed = async (place: Place, token: string) => {
  const all = await listed(place, token);
  return Promise.all(all.map(({ id }) => read(id, token)));
};
/** Moments of the events below count from noon of 10 November. */
const since = (instant: string) => Date.parse(instant) - startOfTest;
const core = { ...web, cpuMillicores: 1_000, memoryMib: 1_024 };
const runs = (place: Place, from: string, to: string, entries = [core], version = 1) => [
  changed(place, { version, at: since(from), entries }),
  changed(place, { version: version + 1, at: since(to), entries: [] }),
];
const account = (place: Place, body: object) =>
  app.patch(`/v1/admin/metering/billing-accounts/${place.organizationId}`, administrator, body);

describe('an invoice', () => {
  it('comes when the grace after the month is over, and says everything that it follows from', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z'));
    await account(place, {
      issuer: `I${randomUUID().slice(0, 8).toUpperCase()}`,
      taxes: [{ id: 'vat', name: 'VAT', percent: '19' }],
    });
    await goTo('2026-12-03T23:59:59.999Z');
    await closeDue();
    expect(await listed(place, token)).toEqual([]);
    await goTo('2026-12-04T00:00:00.000Z');
    await closeDue();
    const [invoice] = await billed(place, token);
    // 100 hours: 100 x 0.028 + 100 x 0.007 = 2.80 + 0.70; VAT 19 % of 3.50 = 0.665 -> 0.66 (half to even)
    expect(
      invoice!.told.lines.map(({ kind, amount, apps }) => [kind, amount, apps.map((each) => each.amount)]),
    ).toEqual([
      ['usage', '2.80', ['2.80']],
      ['usage', '0.70', ['0.70']],
      ['tax', '0.66', []],
    ]);
    expect(invoice!.told).toMatchObject({
      ...{ currency: 'EUR', rounding: { mode: 'half-even', decimals: 2 }, spans: { count: 1 }, corrections: [] },
      period: { month: '2026-11', timeZone: 'UTC', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
      totals: { net: '3.50', tax: '0.66', credited: '0.00', corrected: '0.00', due: '4.16' },
      ...{ issuedAt: '2026-12-04T00:00:00.000Z', codeVersion },
    });
    expect(invoice).toMatchObject({ status: 'issued', month: '2026-11', due: '4.16', paidAt: null, voidedAt: null });
    expect(invoice!.number).toMatch(/-000001$/);
    const events = await app.told(invoice!.id);
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      [
        'berth.invoice.issued.v1',
        expect.objectContaining({ number: invoice!.number, due: '4.16', sha256: invoice!.sha256 }),
      ],
    ]);
  });

  it('is in the calendar month of the account: a span over midnight of New York is cut there', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await account(place, { timeZone: 'America/New_York' });
    await app.tell(...runs(place, '2026-11-01T02:00:00.000Z', '2026-11-01T07:00:00.000Z'));
    await goTo('2026-12-10T00:00:00.000Z');
    await closeDue();
    const told = (await billed(place, token)).map((each) => each.told);
    // Midnight is at 04:00 UTC: 2 hours are October's, 3 November's.
    expect(told.map(({ period, lines }) => [period.month, lines.map((line) => BigInt(line.usage!.quantity))])).toEqual([
      ['2026-10', [2n * 3_600_000_000n, 2n * 3_600_000n * 2n ** 30n]],
      ['2026-11', [3n * 3_600_000_000n, 3n * 3_600_000n * 2n ** 30n]],
    ]);
  });

  it('counts what is still running up to the end of its month', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(changed(place, { version: 1, at: since('2026-11-30T23:00:00.000Z') - 30 * day, entries: [core] }));
    await goTo('2026-12-20T00:00:00.000Z');
    await closeDue();
    const [october, november] = (await billed(place, token)).map((each) => each.told.lines[0]!.usage!.quantity);
    expect([october, november]).toEqual(
      [String(1n * 3_600_000_000n), String(720n * 3_600_000_000n)].map((text) => text),
    );
  });

  it('is not made for a month in which there was nothing', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(...runs(place, '2026-08-10T00:00:00.000Z', '2026-08-10T01:00:00.000Z'));
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-10T01:00:00.000Z', [core], 3));
    await closeDue();
    expect((await listed(place, token)).map(({ month }) => month)).toEqual(['2026-08', '2026-10']);
  });

  it('is previewed while its month goes on, without a number', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(changed(place, { version: 1, at: since('2026-11-20T02:00:00.000Z'), entries: [core] }));
    const { body } = await app.call(`/v1/invoices/preview?organization=${place.organizationId}`, token);
    expect(body).toMatchObject({ number: null, issuedAt: null, totals: { net: '0.35', due: '0.35' } });
    expect(await listed(place, token)).toEqual([]);
  });

  it('is never changed, whoever tries', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z'));
    await closeDue();
    const [{ id }] = (await listed(place, token)) as [InvoiceSummary];
    const other = {
      ...{
        id: 'gen_random_uuid()',
        organization_id: 'gen_random_uuid()',
        month: `'2026-09'`,
        number: `'X'`,
        issuer: `'X'`,
      },
      ...{
        currency: `'USD'`,
        due: `'0.00'`,
        issued_at: 'now()',
        period_to: 'now()',
        document: `'{}'`,
        sha256: `'0'`,
        cut: '0',
      },
    };
    const columns = await app.database.query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_name = 'invoice'`,
    );
    // How it ends, and what later invoices corrected of it, stand beside it.
    const beside = ['status', 'paid_at', 'voided_at', 'rated', 'rated_cut'];
    expect(columns.map(({ name }) => name).toSorted()).toEqual([...Object.keys(other), ...beside].toSorted());
    for (const [column, value] of Object.entries(other))
      await expect(app.database.query(`update invoice set ${column} = ${value} where id = $1`, [id])).rejects.toThrow(
        'never changed',
      );
    await expect(app.database.query('delete from invoice where id = $1', [id])).rejects.toThrow('never changed');
  });
});

describe('an invoice can be computed anew', () => {
  it('from what is exported, byte for byte; and not when a single event is another', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const other = somewhere({ organizationId: place.organizationId });
    await app.tell(
      ...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-10T07:13:00.017Z', [core, { ...web, processType: 'worker' }]),
      ...runs(other, '2026-09-30T22:00:00.000Z', '2026-11-02T00:00:00.000Z'),
    );
    await closeDue();
    for (const { id, month } of await listed(place, token)) {
      const exported = invoiceExport.parse(JSON.parse(JSON.stringify(await exportInvoice(app, id, token))));
      expect(recompute(exported)).toBe(exported.document);
      if (month !== '2026-10') continue;
      const [first, ...rest] = exported.events;
      const moved = new Date(Date.parse(first!.data.effectiveAt) + 1).toISOString();
      const forged = { ...exported, events: [{ ...first!, data: { ...first!.data, effectiveAt: moved } }, ...rest] };
      expect(recompute(forged)).not.toBe(exported.document);
    }
  });
});

describe('late usage', () => {
  it('within the grace is in the invoice, later it is a correction on the next that names the first', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await account(place, { taxes: [{ id: 'vat', name: 'VAT', percent: '10' }] });
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-11T00:00:00.000Z'));
    await goTo('2026-12-02T00:00:00.000Z');
    const late = somewhere({ organizationId: place.organizationId });
    await app.tell(...runs(late, '2026-11-30T00:00:00.000Z', '2026-11-30T10:00:00.000Z'));
    await goTo('2026-12-04T00:00:00.000Z');
    await closeDue();
    const later = somewhere({ organizationId: place.organizationId });
    await app.tell(...runs(later, '2026-11-30T12:00:00.000Z', '2026-12-01T10:00:00.000Z'));
    await goTo('2027-01-04T00:00:00.000Z');
    await closeDue();
    const [november, december] = await billed(place, token);
    // 34 hours: 34 x 0.028 = 0.952 -> 0.95; 34 x 0.007 = 0.238 -> 0.24; tax 0.119 -> 0.12
    expect(november!.told.totals).toMatchObject({ net: '1.19', tax: '0.12', due: '1.31' });
    // 12 hours more: 46 x 0.028 = 1.288 -> 1.29 (+0.34); 46 x 0.007 = 0.322 -> 0.32 (+0.08); tax 0.161 -> 0.16 (+0.04)
    expect(december!.told.corrections).toMatchObject([
      {
        invoice: november!.number,
        month: '2026-11',
        total: '0.46',
        lines: [{ amount: '0.04' }, { amount: '0.34' }, { amount: '0.08' }],
      },
    ]);
    // 10 hours: 0.28 + 0.07 = 0.35; tax 0.035 -> 0.04 (half to even); 0.35 + 0.04 + 0.46 = 0.85
    expect(december!.told.totals).toMatchObject({ net: '0.35', tax: '0.04', corrected: '0.46', due: '0.85' });
    const exported = await exportInvoice(app, december!.id, token);
    expect(recompute(exported)).toBe(december!.document);
  });

  it('that takes something back is a negative correction, and one that changes nothing is none', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(changed(place, { version: 1, at: since('2026-10-01T00:00:00.000Z'), entries: [core] }));
    await goTo('2026-11-04T00:00:00.000Z');
    await closeDue();
    await app.tell(changed(place, { version: 2, at: since('2026-10-01T10:00:00.000Z'), entries: [] }));
    const again = somewhere({ organizationId: place.organizationId });
    await app.tell(...runs(again, '2026-11-03T00:00:00.000Z', '2026-11-03T01:00:00.000Z'));
    await goTo('2026-12-04T00:00:00.000Z');
    await closeDue();
    const [october, november] = (await billed(place, token)).map((each) => each.told);
    expect(october!.totals.due).toBe('26.04'); // 744 hours: 20.83 + 5.21
    expect(november!.corrections[0]!.total).toBe('-25.69'); // 10 hours: 0.28 + 0.07 = 0.35
    expect(november!.totals).toMatchObject({ net: '0.04', corrected: '-25.69', due: '-25.65' });
    const token2 = await app.viewer(place.organizationId);
    await goTo('2027-01-04T00:00:00.000Z');
    await closeDue();
    expect(await listed(place, token2)).toHaveLength(2);
  });
});

describe('a month without an invoice', () => {
  it('gets one of its own when usage of it becomes known later, and that is corrected like any other', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const at = (month: string, hours: number) =>
      runs(
        somewhere({ organizationId: place.organizationId }),
        `${month}-03T00:00:00.000Z`,
        `${month}-03T0${hours}:00:00.000Z`,
      );
    await app.tell(...at('2026-07', 1), ...at('2026-09', 1));
    await goTo('2026-10-10T00:00:00.000Z');
    await closeDue();
    await app.tell(...at('2026-06', 2), ...at('2026-08', 3));
    await goTo('2026-11-04T00:00:00.000Z');
    await closeDue();
    await app.tell(...at('2026-08', 4), ...at('2026-11', 1));
    await goTo('2026-12-04T00:00:00.000Z');
    await closeDue();
    const all = (await billed(place, token)).map(({ told: { period, totals, corrections } }) => [
      ...[period.month, totals.net, totals.corrected],
      ...corrections.map(({ month, total }) => `${month} ${total}`),
    ]);
    // 0.028 + 0.007 an hour, each rounded: 1 h 0.03 + 0.01; 2 h 0.06 + 0.01; 3 h 0.08 + 0.02; 7 h 0.20 + 0.05
    expect(all).toEqual([
      ['2026-07', '0.04', '0.00'],
      ['2026-09', '0.04', '0.00'],
      ['2026-06', '0.07', '0.00'],
      ['2026-08', '0.10', '0.00'],
      ['2026-11', '0.04', '0.15', '2026-08 0.15'],
    ]);
  });
});

describe('closing', () => {
  it('waits while a version is missing or usage has no price, and says so', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    const free = { name: `cpu-${randomUUID().slice(0, 8)}`, currency: 'EUR', prices: { rates: [] } };
    const book = await app.call('/v1/admin/metering/price-books', administrator, free);
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-10T01:00:00.000Z', [core], 2));
    await account(place, { priceBookId: book.body['id'] });
    const blocked = async () => {
      await closeDue();
      return (await app.call(`/v1/billing-accounts/${place.organizationId}`, token)).body['blocked'];
    };
    expect(await blocked()).toBe('missing_events: 1 workloads');
    const now = await app.call('/v1/admin/metering/closings', administrator, { organizationId: place.organizationId });
    expect(now).toMatchObject({ status: 409, body: { code: 'period_blocked' } });
    await app.tell(changed(place, { version: 1, at: since('2026-10-09T23:00:00.000Z'), entries: [core] }));
    await goTo('2026-11-20T12:10:00.000Z');
    expect(await blocked()).toBe(`unpriced_usage: cpu in version 1 of ${free.name}`);
    expect(await listed(place, token)).toEqual([]);
  });

  it('by two instances at once makes one invoice for each, numbered without a gap', async () => {
    const issuer = `N${randomUUID().slice(0, 8).toUpperCase()}`;
    const places = Array.from({ length: 12 }, () => somewhere());
    const tokens = await Promise.all(places.map((place) => app.viewer(place.organizationId)));
    for (const [index, place] of places.entries()) {
      await account(place, { issuer });
      // Every fourth cannot be closed: it takes no number.
      const version = index % 4 === 3 ? 2 : 1;
      await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z', [core], version));
    }
    const second = await app.replica();
    await Promise.all([closeDue(), closeDue(second), closeDue(), closeDue(second)]);
    await second.close();
    const all = (await Promise.all(places.map((place, index) => listed(place, tokens[index]!)))).flat();
    const numbers = Array.from({ length: 9 }, (_, index) => `${issuer}-${String(index + 1).padStart(6, '0')}`);
    expect(all.map(({ number }) => number).sort()).toEqual(numbers);
  });

  it('before the month is over is refused, and after it does not wait for the grace', async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(...runs(place, '2026-11-10T00:00:00.000Z', '2026-11-10T01:00:00.000Z'));
    const close = () =>
      app.call('/v1/admin/metering/closings', administrator, { organizationId: place.organizationId });
    expect((await close()).body).toMatchObject({ code: 'period_not_over' });
    await goTo('2026-12-01T00:00:00.000Z');
    const { body } = await close();
    expect((await read(String(body['invoiceId']), token)).month).toBe('2026-11');
    expect((await close()).body).toMatchObject({ code: 'period_not_over' });
  });
});

describe('an issued invoice', () => {
  const issued = async () => {
    const place = somewhere();
    const token = await app.viewer(place.organizationId);
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z'));
    await closeDue();
    const [invoice] = await listed(place, token);
    return { place, token, id: invoice!.id };
  };
  const end = (id: string, how: 'payments' | 'void', token = administrator) =>
    app.call(`/v1/admin/metering/invoices/${id}/${how}`, token, { reason: 'a mistake' });

  it.each([
    ['payments', 'paid', 'berth.invoice.paid.v1'],
    ['void', 'void', 'berth.invoice.voided.v1'],
  ] as const)('can end once: %s', async (how, status, event) => {
    const { id } = await issued();
    expect((await end(id, how)).body).toMatchObject({ status });
    for (const again of ['payments', 'void'] as const)
      expect((await end(id, again)).body).toMatchObject({ code: 'invoice_not_open' });
    expect((await app.told(id)).map(({ type }) => type)).toEqual(['berth.invoice.issued.v1', event]);
  });

  it('is seen by its organization alone, and ended by administrators alone', async () => {
    const { place, token, id } = await issued();
    const stranger = await app.viewer(randomUUID());
    const paths = [
      `/v1/invoices/${id}`,
      `/v1/invoices/${id}/events`,
      `/v1/invoices?organization=${place.organizationId}`,
    ];
    paths.push(
      `/v1/invoices/preview?organization=${place.organizationId}`,
      `/v1/billing-accounts/${place.organizationId}`,
    );
    for (const path of paths) {
      expect([path, (await app.call(path, token)).status]).toEqual([path, 200]);
      expect([path, (await app.call(path, stranger)).status]).toEqual([path, 404]);
      expect([path, (await app.call(path)).status]).toEqual([path, 401]);
    }
    for (const how of ['payments', 'void'] as const) expect((await end(id, how, token)).status).toBe(403);
    expect((await app.patch(`/v1/admin/metering/billing-accounts/${place.organizationId}`, token, {})).status).toBe(
      403,
    );
  });
});

describe('a billing account', () => {
  it('keeps its time zone and currency once there is an invoice', async () => {
    const place = somewhere();
    await app.tell(...runs(place, '2026-10-10T00:00:00.000Z', '2026-10-11T00:00:00.000Z'));
    expect((await account(place, { timeZone: 'Mars/Olympus' })).body).toMatchObject({ code: 'time_zone_unknown' });
    expect((await account(place, { priceBookId: randomUUID() })).body).toMatchObject({ code: 'price_book_unknown' });
    expect((await account(place, { timeZone: 'Asia/Kathmandu' })).body).toMatchObject({ timeZone: 'Asia/Kathmandu' });
    await closeDue();
    expect((await account(place, { timeZone: 'UTC' })).body).toMatchObject({ code: 'time_zone_fixed' });
    const yen = { name: `yen-${randomUUID().slice(0, 8)}`, currency: 'JPY', prices: { rates: [] } };
    const book = await app.call('/v1/admin/metering/price-books', administrator, yen);
    expect((await account(place, { priceBookId: book.body['id'] })).body).toMatchObject({ code: 'currency_fixed' });
    expect((await account(place, { issuer: 'NEXT' })).body).toMatchObject({ issuer: 'NEXT', blocked: null });
  });
});
