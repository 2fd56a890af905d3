import { randomUUID } from 'node:crypto';
import { recompute } from '@berth/billing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PeriodCloser } from '../src/closings/period-closer.js';
import { LOOKED_BACK_ON } from '../src/invoices/look-back.js';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { MeteringApp, type Place, somewhere } from './support/metering-app.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

/** From January 2022 on: `2022-01`, ... */
const months = Array.from({ length: 58 }, (_, index) => new Date(Date.UTC(2022, index)).toISOString().slice(0, 7));
/** Ten hours of one core in each of these months: 0.28 + 0.07. */
const tenHoursOfEach = (place: Place, those: readonly string[]) =>
  those.flatMap((month, index) => runs(place, `${month}-10T00:00:00.000Z`, `${month}-10T10:00:00.000Z`, 2 * index + 1));
const ownIssuer = (place: Place) => billing.account(place, { issuer: `Y${randomUUID().slice(0, 8).toUpperCase()}` });
const billed = async (place: Place) =>
  (await billing.invoices(place)).map(({ month, told: { totals, corrections } }) => [
    ...[month, totals.due, ...corrections.map((each) => `${each.month} ${each.total}`)],
  ]);
describe('an organization that is told of years', () => {
  it('that others were billed since is looked back on two years by each closing, and nothing is lost or billed twice', async () => {
    const place = somewhere();
    await billing.goTo('2026-10-15T00:00:00.000Z');
    await ownIssuer(place);
    await billing.tellAt('2026-10-20T00:00:00.000Z', ...tenHoursOfEach(place, ['2026-10']));
    await billing.closeAt('2026-11-05T00:00:00.000Z');
    const other = somewhere({ organizationId: place.organizationId });
    await billing.tellAt('2026-11-20T00:00:00.000Z', ...tenHoursOfEach(other, months));
    const told: string[][] = [['2026-10', '0.35']];
    const each = (from: number, to = from + LOOKED_BACK_ON) => months.slice(from, to).map((month) => [month, '0.35']);
    expect(await billed(place)).toEqual(told);
    const steps = [
      ['2026-12-05T00:00:00.000Z', each(0)],
      ['2027-01-05T00:00:00.000Z', each(LOOKED_BACK_ON)],
      ['2027-02-05T00:00:00.000Z', [...each(2 * LOOKED_BACK_ON, 57), ['2027-01', '0.35', '2026-10 0.35']]],
      ['2027-03-05T00:00:00.000Z', []],
    ] as const;
    for (const [at, expected] of steps) {
      await billing.closeAt(at);
      told.push(...(expected as string[][]));
      expect(await billed(place)).toEqual(told);
    }
    const last = (await billing.invoices(place)).at(-1)!;
    const exported = await exportInvoice(app, last.id, billing.administrator);
    expect(recompute(exported)).toBe(last.document);
  });

  it('that were never closed is closed by one month with each request', async () => {
    const place = somewhere();
    await billing.goTo('2026-11-20T00:00:00.000Z');
    await ownIssuer(place);
    await app.tell(...tenHoursOfEach(place, months.slice(0, 3)));
    const close = () => billing.administer('closings', { organizationId: place.organizationId });
    for (const [index] of months.slice(0, 3).entries()) {
      expect((await close()).body['invoiceId']).not.toBeNull();
      expect((await billed(place)).map(([month]) => month)).toEqual(months.slice(0, index + 1));
    }
    expect((await close()).body).toEqual({ invoiceId: null });
  });

  it('do not hold up the end of a service: it stops between two periods, and the next start goes on', async () => {
    const closer = app.service.app.get(PeriodCloser, { strict: false });
    const [place, other] = [somewhere(), somewhere()];
    await billing.closeAt('2027-06-05T00:00:00.000Z');
    for (const each of [place, other]) await ownIssuer(each);
    await app.tell(...tenHoursOfEach(place, ['2027-05']), ...tenHoursOfEach(other, ['2027-05']));
    const closed = async () => (await Promise.all([place, other].map(billed))).flat().length;
    let looks = 0;
    const afterOne = Object.defineProperty(new AbortController().signal, 'aborted', { get: () => ++looks > 2 });
    await closer.closeDue(afterOne);
    expect(await closed()).toBe(1);
    await closer.closeDue(new AbortController().signal);
    expect(await closed()).toBe(2);
  });
});
