import { recompute } from '@berth/billing';
import type { CloudEvent, StatedEntry } from '@berth/contracts/events';
import type { Usage } from '@berth/contracts/metering';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Billing } from './support/billing.js';
import { exportInvoice } from './support/export-invoice.js';
import { bill, logOf } from './support/log-of.js';
import { changed, instantAt, MeteringApp, type Place, snapshot, somewhere, web } from './support/metering-app.js';

let app: MeteringApp;
let other: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
  other = await MeteringApp.start();
});
afterAll(async () => {
  await app.close();
  await other.close();
});

const HOUR = 3_600_000;
const local = web;
const berlin: StatedEntry = { ...web, cluster: 'berlin', uncounted: ['egress'] };
const paris: StatedEntry = { ...berlin, cluster: 'paris' };
const runs = (place: Place, ...entries: StatedEntry[]) => changed(place, { version: 1, at: 0, entries });

const usageOf = async ({ organizationId }: Place, more = '', from = 0, to = 2 * HOUR, by = app) => {
  const path = `/v1/usage?organization=${organizationId}&from=${instantAt(from)}&to=${instantAt(to)}${more}`;
  const { status, body } = await by.call(path, await by.viewer(organizationId));
  expect(status).toBe(200);
  return body as unknown as Usage;
};
const notMetered = async (...asked: Parameters<typeof usageOf>) => (await usageOf(...asked)).notMetered;

describe('an answer about usage', () => {
  it('says nothing where all is metered, or where nobody ever said otherwise', async () => {
    const place = somewhere();
    await app.tell(runs(place, local));
    expect(await notMetered(place)).toEqual([]);
    expect(await notMetered(somewhere())).toEqual([]);
  });

  it('says what nobody meters where some of it runs, beside what is metered', async () => {
    const place = somewhere();
    await app.tell(runs(place, local, paris, berlin));
    const { notMetered: said, total } = await usageOf(place, '&by=process');
    expect(said).toEqual([{ metric: 'egress', clusters: ['berlin', 'paris'] }]);
    expect(total).toMatchObject({ egressBytes: '0', instanceSeconds: String(3 * 2 * 3_600) });
  });

  it('says it in pieces, of costs, and of what environments cost', async () => {
    const [place, beside] = [somewhere(), somewhere()];
    await app.tell(runs(place, local, berlin), runs(beside, local));
    const during = `&from=${instantAt(0)}&to=${instantAt(2 * HOUR)}`;
    const answers = ['usage/series', 'costs', 'costs/environments'].map((path) => `/v1/${path}?organization=`);
    const said = async ({ organizationId }: Place) => {
      const token = await app.viewer(organizationId);
      const told = answers.map((path) => app.call(`${path}${organizationId}${during}`, token));
      return (await Promise.all(told)).map(({ body }) => body['notMetered']);
    };
    expect(await said(place)).toEqual(answers.map(() => [{ metric: 'egress', clusters: ['berlin'] }]));
    expect(await said(beside)).toEqual(answers.map(() => []));
  });

  it('says it of the scope that is asked for, and of no other organization', async () => {
    const place = somewhere();
    const beside = somewhere({ organizationId: place.organizationId });
    const stranger = somewhere();
    await app.tell(runs(place, berlin), runs(beside, local), runs(stranger, paris));
    const said = [{ metric: 'egress', clusters: ['berlin'] }];
    expect(await notMetered(place)).toEqual(said);
    const path = ({ projectId, environmentId, appId }: Place) =>
      `&project=${projectId}&environment=${environmentId}&app=${appId}`;
    expect(await notMetered(place, path(place))).toEqual(said);
    expect(await notMetered(place, path(beside))).toEqual([]);
    expect(await notMetered(place, '&by=label&labelKey=team')).toEqual(said);
    expect(await notMetered(place, '&labelKey=team&labelValue=shop')).toEqual([]);
  });

  it('says it of the interval in which it ran there, and since somebody said so', async () => {
    const place = somewhere();
    const { uncounted: _, ...before } = berlin;
    await app.tell(
      runs(place, before),
      changed(place, { version: 2, at: HOUR, entries: [berlin] }),
      changed(place, { version: 3, at: 2 * HOUR, entries: [] }),
    );
    expect(await notMetered(place, '', 0, HOUR)).toEqual([]);
    expect(await notMetered(place, '', 0, HOUR + 1)).toHaveLength(1);
    expect(await notMetered(place, '', 2 * HOUR - 1, 3 * HOUR)).toHaveLength(1);
    expect(await notMetered(place, '', 2 * HOUR, 3 * HOUR)).toEqual([]);
  });
});

describe('what nobody meters', () => {
  /** As it was told before anybody said it. */
  const unsaid = (event: CloudEvent): CloudEvent => {
    const { entries, ...data } = event.data as { entries: StatedEntry[] };
    return { ...event, data: { ...data, entries: entries.map(({ uncounted: _, ...entry }) => entry) } };
  };

  it('changes no sum, no hash and no line of an invoice', async () => {
    const place = somewhere();
    const history = [
      runs(place, berlin),
      changed(place, { version: 2, at: HOUR, entries: [{ ...berlin, instances: 3 }, local] }),
      snapshot(place, { version: 2, at: HOUR, entries: [{ ...berlin, instances: 3 }, local] }),
      changed(place, { version: 3, at: 2 * HOUR, entries: [local] }),
    ];
    await app.tell(...history);
    await other.tell(...history.map(unsaid));
    expect(await bill(app, place.organizationId)).toEqual(await bill(other, place.organizationId));
    const { notMetered: said, ...usage } = await usageOf(place);
    const { notMetered: nothing, ...same } = await usageOf(place, '', 0, 2 * HOUR, other);
    expect(usage).toEqual(same);
    expect([said, nothing]).toEqual([[{ metric: 'egress', clusters: ['berlin'] }], []]);
  });

  it('does not begin anew what goes on when it is said for the first time', async () => {
    const place = somewhere();
    const { uncounted: _, ...before } = berlin;
    await app.tell(runs(place, before), changed(place, { version: 2, at: HOUR, entries: [berlin] }));
    const spans = `select from span s join metered_resource r on r.id = s.resource_id where r.workload_id = $1`;
    expect(await app.database.query(spans, [place.workloadId])).toHaveLength(1);
  });

  it('is the same in whatever order it is told, however often, and from the log alone', async () => {
    const place = somewhere();
    const events = [
      runs(place, berlin),
      changed(place, { version: 2, at: HOUR, entries: [paris] }),
      changed(place, { version: 3, at: 2 * HOUR, entries: [berlin] }),
    ];
    await app.tell(...events);
    const kept = (by: MeteringApp) =>
      by.database.query(
        `select cluster, metric, since from uncounted_use where workload_id = $1 order by cluster, metric`,
        [place.workloadId],
      );
    expect(await kept(app)).toEqual([
      { cluster: 'berlin', metric: 'egress', since: new Date(instantAt(0)) },
      { cluster: 'paris', metric: 'egress', since: new Date(instantAt(HOUR)) },
    ]);
    const log = await logOf(app, place.organizationId);
    await other.accept(log.toReversed());
    await other.accept(log);
    expect(await kept(other)).toEqual(await kept(app));
    expect(await notMetered(place, '', 0, 2 * HOUR, other)).toEqual(await notMetered(place));
  });

  it('is in no invoice and in no export, and those are computed anew as before', async () => {
    const billing = await Billing.of(app);
    const place = somewhere();
    await billing.account(place, { issuer: 'UNCOUNTED' });
    await app.tell(runs(place, berlin, local), changed(place, { version: 2, at: HOUR, entries: [berlin] }));
    await billing.closeAt('2026-12-05T00:00:00.000Z');
    const [invoice] = await billing.invoices(place);
    const exported = await exportInvoice(app, invoice!.id, billing.administrator);
    expect(JSON.stringify(exported)).not.toContain('uncounted');
    expect(recompute(exported)).toBe(invoice!.document);
  });
});
