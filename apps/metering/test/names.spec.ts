import { canonicalText, recompute } from '@berth/billing';
import {
  appCreated,
  appDeleted,
  type CloudEvent,
  environmentCreated,
  environmentDeleted,
  projectCreated,
  projectDeleted,
  workloadDeleted,
} from '@berth/contracts/events';
import type { InvoiceDocument } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeInvoice } from '../src/exports/invoice-pdf.js';
import { Billing, runs } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { eventOf, MeteringApp, type Place, somewhere } from './support/metering-app.js';
import { textOf } from './support/text-of.js';

let app: MeteringApp;
let billing: Billing;
beforeAll(async () => {
  app = await MeteringApp.start();
  billing = await Billing.of(app);
});
afterAll(() => app.close());

const DECEMBER = '2026-12-01T00:00:00.000Z';
const CLOSED = '2026-12-04T00:00:00.000Z';
const created = ({ organizationId, projectId, environmentId, appId }: Place) => [
  eventOf(projectCreated, projectId, { organizationId, projectId, slug: 'shop' }, 0),
  eventOf(
    environmentCreated,
    environmentId,
    { organizationId, projectId, environmentId, slug: 'preview-7', kind: 'preview' },
    0,
  ),
  eventOf(appCreated, appId, { organizationId, projectId, appId, slug: 'storefront' }, 0),
];
const inNovember = (place: Place) => runs(place, '2026-11-10T00:00:00.000Z', '2026-11-14T04:00:00.000Z');

/** As the owner of a project tells that it is gone with all that was in it. */
const deleted = ({ organizationId, projectId, environmentId, appId, workloadId }: Place) => [
  eventOf(workloadDeleted, workloadId, { organizationId, projectId, environmentId, appId, workloadId }, 0),
  eventOf(appDeleted, appId, { organizationId, projectId, appId }, 0),
  eventOf(environmentDeleted, environmentId, { organizationId, projectId, environmentId }, 0),
  eventOf(projectDeleted, projectId, { organizationId, projectId }, 0),
];

/** The invoice of November of a place that runs in it. */
async function billed(place: Place, ...more: readonly CloudEvent[]) {
  await billing.goTo('2026-10-20T12:00:00.000Z');
  await billing.tellAt(DECEMBER, ...inNovember(place), ...more);
  await billing.closeAt(CLOSED);
  const [invoice] = await billing.invoices(place);
  return invoice!;
}

const namesOf = ({ projectId, environmentId, appId }: Place): NonNullable<InvoiceDocument['names']> => [
  {
    ...{ appId, name: 'storefront', project: { id: projectId, name: 'shop' } },
    environments: [{ id: environmentId, name: 'preview-7' }],
  },
];

describe('an invoice', () => {
  it('names the app, its project and its environment beside their ids, also when all of it is deleted since', async () => {
    const place = somewhere();
    const { id, told } = await billed(place, ...created(place), ...deleted(place));
    expect(told.names).toEqual(namesOf(place));
    const exported = await exportInvoice(app, id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('charges a project that is deleted for its past: usage, costs and what explains them stay', async () => {
    const place = somewhere();
    const { id, told } = await billed(place, ...created(place), ...deleted(place));
    // 100 hours: 2.80 + 0.70
    expect(told.totals.due).toBe('3.50');
    const ask = async (path: string, query: string) =>
      (await app.call(`/v1/${path}?${query}`, billing.administrator)).body;
    const ofProject = `organization=${place.organizationId}&project=${place.projectId}&period=2026-11`;
    expect(await ask('usage', ofProject)).toMatchObject({ total: { millicoreSeconds: String(100 * 3_600 * 1_000) } });
    expect(await ask('costs', `${ofProject}&by=environment`)).toMatchObject({
      items: [{ environmentId: place.environmentId, total: '3.5000000000' }],
      total: '3.50',
    });
    expect(await ask(`invoices/${id}/parts`, 'line=0')).toMatchObject({
      items: [{ projectId: place.projectId, workloadId: place.workloadId, release: 1 }],
    });
  });

  it('names them from snapshots of their owner, too', async () => {
    const place = somewhere();
    const asSnapshots = created(place).map((event) => ({ ...event, type: event.type.replace('created', 'snapshot') }));
    expect((await billed(place, ...asSnapshots)).told.names).toEqual(namesOf(place));
  });

  it('is written with the names on paper and in files', async () => {
    const place = somewhere();
    const { id, told, ...state } = await billed(place, ...created(place));
    const text = textOf((paper) => writeInvoice(paper, told, state));
    expect(text).toContain('shop / storefront\nCPU\n');
    expect(text).toContain(`Apps and environments\nshop / storefront\npreview-7\n${place.appId}`);
    const file = async (format: string) => {
      const headers = { authorization: `Bearer ${billing.administrator}` };
      const answer = await fetch(`${app.service.url}/v1/invoices/${id}/${format}`, { headers });
      const [head, first] = (await answer.text()).split('\r\n').map((row) => row.split(','));
      return (column: string) => first![head!.indexOf(column)];
    };
    const [csv, focus] = [await file('csv'), await file('focus')];
    expect([csv('app'), csv('app name'), csv('project')]).toEqual([place.appId, 'storefront', 'shop']);
    expect([focus('ResourceId'), focus('ResourceName')]).toEqual([place.appId, 'storefront']);
    expect([focus('SubAccountId'), focus('SubAccountName')]).toEqual([place.projectId, 'shop']);
  });

  it('of what nobody named has the ids alone, and does not take the names that another organization gave', async () => {
    const place = somewhere();
    const { id, told, ...state } = await billed(place, ...created({ ...place, ...strangers() }));
    const unnamed = (each: string) => ({ id: each, name: null });
    expect(told.names).toEqual([
      {
        ...{ appId: place.appId, name: null, project: unnamed(place.projectId) },
        environments: [unnamed(place.environmentId)],
      },
    ]);
    expect(textOf((paper) => writeInvoice(paper, told, state))).toContain(`${place.appId}\nCPU\n`);
    const exported = await exportInvoice(app, id, billing.administrator);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('that names what did not run is not what the events say; one from before there were names still is', async () => {
    const place = somewhere();
    const { id, told } = await billed(place, ...created(place));
    const exported = await exportInvoice(app, id, billing.administrator);
    const recomputed = (names: InvoiceDocument['names']) => {
      const document = canonicalText({ ...told, names });
      return { document, again: recompute({ ...exported, document }) };
    };
    const elsewhere = recomputed([...namesOf(place), ...namesOf(somewhere())]);
    expect(elsewhere.again).not.toBe(elsewhere.document);
    const before = recomputed(undefined);
    expect(before.document).not.toContain('storefront');
    expect(before.again).toBe(before.document);
  });
});

const strangers = () => ({ organizationId: somewhere().organizationId });
