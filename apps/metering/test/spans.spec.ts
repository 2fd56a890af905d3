import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  changed,
  heartbeat,
  instantAt,
  MeteringApp,
  type Place,
  snapshot,
  somewhere,
  web,
} from './support/metering-app.js';

let app: MeteringApp;

beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const spansOf = async (place: Place) => {
  const rows = await app.database.query<{ process: string; instances: number; from: Date; to: Date | null }>(
    `select r.process_type as process, s.instances, lower(s.during) as "from", upper(s.during) as "to"
       from span s join metered_resource r on r.id = s.resource_id
      where r.workload_id = $1 order by lower(s.during), r.process_type`,
    [place.workloadId],
  );
  const text = (date: Date | null) => date?.toISOString() ?? null;
  return rows.map((row) => [row.process, row.instances, text(row.from), text(row.to)]);
};
const gapOf = async (place: Place) =>
  (
    await app.database.query<{ applied_version: number; seen_version: number }>(
      'select applied_version, seen_version from allocation_gap where workload_id = $1',
      [place.workloadId],
    )
  )[0];
const anomaliesOf = async (place: Place) =>
  (
    await app.database.query<{ kind: string; version: number }>(
      'select kind, version from usage_anomaly where workload_id = $1 order by id',
      [place.workloadId],
    )
  ).map((row) => `${row.kind} ${row.version}`);
const worker = { ...web, processType: 'worker' };

describe('spans', () => {
  it('of what stays the same go on while others change', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web, worker] }),
      changed(place, { version: 2, at: 5, entries: [web, { ...worker, instances: 2 }] }),
      changed(place, { version: 3, at: 9, entries: [web] }),
    );
    expect(await spansOf(place)).toEqual([
      ['web', 1, instantAt(0), null],
      ['worker', 1, instantAt(0), instantAt(5)],
      ['worker', 2, instantAt(5), instantAt(9)],
    ]);
  });

  it('are never negative: a change told to be earlier counts from the one before, and is on record', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 100, entries: [web, worker] }),
      changed(place, { version: 3, at: 40, entries: [] }),
      changed(place, { version: 4, at: 200, entries: [web] }),
    );
    expect(await spansOf(place)).toEqual([
      ['web', 1, instantAt(0), instantAt(100)],
      ['web', 1, instantAt(200), null],
    ]);
    expect(await anomaliesOf(place)).toEqual(['effective_before_former 3']);
  });

  it('of no length are not kept, and that is no anomaly', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 0, entries: [worker] }),
    );
    expect(await spansOf(place)).toEqual([['worker', 1, instantAt(0), null]]);
    expect(await anomaliesOf(place)).toEqual([]);
  });

  it('of one resource cannot overlap, whoever writes them', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [web] }));
    const again = app.database.query(
      `insert into span (resource_id, instances, during)
       select id, 1, tstzrange($2, null) from metered_resource where workload_id = $1`,
      [place.workloadId, instantAt(5)],
    );
    await expect(again).rejects.toMatchObject({ constraint: 'span_no_overlap' });
  });
});

describe('the order of arrival', () => {
  it('does not matter: what came too early waits, and what came too late is applied where it belongs', async () => {
    const events = (place: Place) => [
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 10, entries: [web, worker] }),
      changed(place, { version: 3, at: 20, entries: [{ ...web, instances: 3 }] }),
      snapshot(place, { version: 4, at: 30, entries: [worker] }),
    ];
    const [ordered, shuffled] = [somewhere(), somewhere()];
    await app.tell(...events(ordered));
    const [first, second, third, fourth] = events(shuffled);
    await app.tell(fourth!, second!, third!);
    expect(await spansOf(shuffled)).toEqual([['worker', 1, instantAt(30), null]]);
    expect(await anomaliesOf(shuffled)).toEqual(['history_missing 4']);
    await app.tell(first!);
    expect(await spansOf(shuffled)).toEqual(await spansOf(ordered));
    expect(await anomaliesOf(shuffled)).toEqual([]);
  });

  it('does not matter for a snapshot of what was known but could not be applied', async () => {
    const place = somewhere();
    const later = { version: 3, at: 20, entries: [worker] };
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, later),
      snapshot(place, { version: 5, at: 40, entries: [] }),
    );
    expect(await spansOf(place)).toEqual([['web', 1, instantAt(0), instantAt(40)]]);
    await app.tell(snapshot(place, later));
    expect(await spansOf(place)).toEqual([
      ['web', 1, instantAt(0), instantAt(20)],
      ['worker', 1, instantAt(20), instantAt(40)],
    ]);
    expect(await anomaliesOf(place)).toEqual(['history_missing 3', 'history_missing 5']);
  });

  it('over a restore of the producer: a lower version of a newer epoch holds once a snapshot says so', async () => {
    const place = somewhere();
    await app.tell(
      changed(place, { version: 1, at: 0, entries: [web] }),
      changed(place, { version: 2, at: 10, entries: [web, worker] }),
      changed(place, { version: 2, at: 30, epoch: 1, entries: [worker] }),
    );
    expect(await gapOf(place)).toEqual({ applied_version: 2, seen_version: 2 });
    await app.tell(snapshot(place, { version: 1, at: 20, epoch: 1, entries: [web] }));
    expect(await gapOf(place)).toBeUndefined();
    expect(await spansOf(place)).toEqual([
      ['web', 1, instantAt(0), instantAt(30)],
      ['worker', 1, instantAt(10), instantAt(20)],
      ['worker', 1, instantAt(30), null],
    ]);
  });

  it('of two workloads is independent: a hole in one holds up only that one', async () => {
    const [broken, whole] = [somewhere(), somewhere()];
    await app.tell(
      changed(broken, { version: 2, at: 0, entries: [web] }),
      changed(whole, { version: 1, at: 0, entries: [web] }),
    );
    expect(await spansOf(broken)).toEqual([]);
    expect(await spansOf(whole)).toEqual([['web', 1, instantAt(0), null]]);
  });
});

describe('a heartbeat', () => {
  it('confirms what is known and moves nothing', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [web] }), heartbeat(place, 1, 60_000));
    expect(await spansOf(place)).toEqual([['web', 1, instantAt(0), null]]);
    const [row] = await app.database.query<{ confirmed_at: Date }>(
      'select confirmed_at from metered_workload where workload_id = $1',
      [place.workloadId],
    );
    expect(row!.confirmed_at.toISOString()).toBe(instantAt(60_000));
    expect(await gapOf(place)).toBeUndefined();
  });

  it('shows a gap that no event showed, until the event comes', async () => {
    const place = somewhere();
    await app.tell(changed(place, { version: 1, at: 0, entries: [web] }), heartbeat(place, 2, 60_000));
    expect(await gapOf(place)).toEqual({ applied_version: 1, seen_version: 2 });
    await app.tell(changed(place, { version: 2, at: 50_000, entries: [] }));
    expect(await gapOf(place)).toBeUndefined();
  });

  it('of a workload that nothing is known of shows a gap', async () => {
    const place = somewhere();
    await app.tell(heartbeat(place, 7, 0));
    expect(await gapOf(place)).toEqual({ applied_version: 0, seen_version: 7 });
  });
});

describe('the log of accepted events', () => {
  it('holds each event once, for ever', async () => {
    const place = somewhere();
    const event = changed(place, { version: 1, at: 0, entries: [web] });
    await app.tell(event);
    await app.tell(event);
    await app.accept([event, event]);
    const rows = await app.database.query('select source, id, version from accepted_event where workload_id = $1', [
      place.workloadId,
    ]);
    expect(rows).toEqual([{ source: event.source, id: event.id, version: 1 }]);
  });

  it.each(['update accepted_event set version = 9', 'delete from accepted_event'])('refuses %s', async (statement) => {
    await app.tell(changed(somewhere(), { version: 1, at: 0, entries: [web] }));
    await expect(app.database.query(statement)).rejects.toThrow('never changed');
  });
});
