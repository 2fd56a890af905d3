import { appLabelled, type StatedEntry } from '@berth/contracts/events';
import { type UsageQuery, usageQuery } from '@berth/contracts/metering';
import type { Tx } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredUsageRepository } from '../src/measured-usage/measured-usage.repository.js';
import { UsageRepository } from '../src/usage/usage.repository.js';
import { addToTotals } from '../src/windows/hourly-totals.js';
import { changed, eventOf, instantAt, MeteringApp, somewhere, startOfTest, web } from './support/metering-app.js';

const HOUR = 3_600_000;
const NEIGHBOURS = 400;
let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const tables = [
  ...(['metered_resource', 'metered_workload', 'span', 'hourly_total', 'measured_usage'] as const),
  ...(['place_labels', 'uncounted_use', 'allocation_gap', 'usage_anomaly'] as const),
];

/** Five resources of each of so many organizations, each of which changed every hour of ten, with all that there can be of each. */
const addNeighbours = () =>
  app.database.query(
    `with resource as (
       insert into metered_resource (workload_id, organization_id, project_id, environment_id, app_id, cluster, release,
                                     process_type, cpu_millicores, memory_mib)
       select gen_random_uuid(), o.id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'local', 1, 'web', 250, 256
         from (select gen_random_uuid() as id from generate_series(1, $1::int)) o, generate_series(1, 5)
       returning *
     ), workload as (
       insert into metered_workload (workload_id, organization_id, epoch, version, effective_at, seen_epoch, seen_version, runs)
       select workload_id, organization_id, 0, 11, $2, 0, 11, true from resource
     ), measured as (
       insert into measured_usage (source, event_id, organization_id, project_id, environment_id, app_id, workload_id, hour,
                                   process_type, millicore_milliseconds, byte_milliseconds, measured_milliseconds)
       select 'test', gen_random_uuid(), organization_id, project_id, environment_id, app_id, workload_id,
              $2::timestamptz + n * interval '1 hour', 'web', 1, 1, 1
         from resource, generate_series(0, 9) n
     ), labelled as (
       insert into place_labels (organization_id, place_id, epoch, version, since, labels)
       select organization_id, app_id, 0, 1, $2, '{"team": "shop"}' from resource
     ), uncounted as (
       insert into uncounted_use (workload_id, organization_id, cluster, metric, since)
       select workload_id, organization_id, 'local', 'egress', $2 from resource
     ), gone as (
       insert into allocation_gap (workload_id, organization_id, applied_version, seen_version, since)
       select workload_id, organization_id, 11, 12, $2 from resource
     ), unusual as (
       insert into usage_anomaly (workload_id, organization_id, kind, epoch, version, detail)
       select workload_id, organization_id, 'told_late', 0, 1, '{}' from resource
     ), added as (
       insert into span (resource_id, instances, during)
       select r.id, 1 + n % 2, tstzrange($2::timestamptz + n * interval '1 hour', $2 + (n + 1) * interval '1 hour')
         from resource r, generate_series(0, 9) n
       returning *
     ) ${addToTotals('added')}`,
    [NEIGHBOURS, new Date(startOfTest)],
  );

/** Rows that a transaction has looked at so far, by the count that PostgreSQL keeps of each table. */
async function looked(sql: Tx): Promise<Record<string, number>> {
  const rows = await sql.query<{ name: string; count: number }>(
    `select relname as name, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as count
       from pg_stat_xact_user_tables where relname = any($1)`,
    [tables],
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const lookedAtBy = (question: (sql: Tx) => Promise<unknown>) =>
  app.database.transaction(async (tx) => {
    const before = await looked(tx);
    await question(tx);
    const after = await looked(tx);
    return Object.fromEntries(tables.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
  });

describe('a question about the usage of one organization', () => {
  it('looks at no row of others, however many there are', async () => {
    const place = somewhere();
    const sizes = Array.from({ length: 10 }, (_, index) => ({
      ...{ version: index + 1, at: index * HOUR },
      entries: [{ ...web, instances: 1 + (index % 2), uncounted: ['egress'] } satisfies StatedEntry],
    }));
    const team = {
      organizationId: place.organizationId,
      projectId: place.projectId,
      labels: [{ key: 'team', value: 'x' }],
    };
    await app.tell(
      ...sizes.map((size) => changed(place, size)),
      eventOf(appLabelled, place.appId, { ...team, appId: place.appId, labelledAt: instantAt(HOUR) }, 0),
    );
    await addNeighbours();
    await app.database.query(`analyze ${tables.join(', ')}`);
    const repository = app.service.app.get(UsageRepository, { strict: false });
    const measured = app.service.app.get(MeasuredUsageRepository, { strict: false });
    const query: UsageQuery = usageQuery.parse({ organization: place.organizationId, by: 'app' });
    const [from, to] = [new Date(startOfTest), new Date(startOfTest + 10 * HOUR)];
    const hours = Array.from({ length: 10 }, (_, hour) => ({
      from: new Date(startOfTest + hour * HOUR),
      to: new Date(startOfTest + (hour + 1) * HOUR),
    }));
    const questions = {
      totals: (sql: Tx) => repository.totals(sql, query, [{ from, to }]),
      lines: (sql: Tx) => repository.lines(sql, query, [{ from, to }]),
      costs: (sql: Tx) => repository.byApp(sql, place.organizationId, [{ from, to }]),
      waiting: (sql: Tx) => repository.waitingWorkloads(sql, place.organizationId, from),
      running: (sql: Tx) => repository.running(sql, { ...query, at: from.toISOString() }),
      series: (sql: Tx) => repository.totals(sql, query, hours),
      labels: (sql: Tx) => repository.lines(sql, { ...query, by: 'label', labelKey: 'team' }, [{ from, to }]),
      measured: (sql: Tx) => measured.sums(sql, query, hours, null),
      uncounted: (sql: Tx) => repository.notMetered(sql, query, { from, to }),
      unusual: (sql: Tx) => repository.anomalies(sql, query),
    };
    // Of its own there are two resources, one workload, nine spans and as many totals, which a plan looks at for each of ten hours;
    // whoever plans may look at the ends of an index.
    const most = {
      ...{ metered_resource: 10, metered_workload: 50, span: 300, hourly_total: 300, measured_usage: 0 },
      ...{ place_labels: 10, uncounted_use: 10, allocation_gap: 5, usage_anomaly: 5 },
    };
    for (const [name, question] of Object.entries(questions)) {
      const counts = Object.entries(await lookedAtBy(question));
      const tooMany = counts.filter(([table, count]) => count > most[table as keyof typeof most]);
      expect([name, tooMany]).toEqual([name, []]);
    }
    // The rows of the neighbours are there, and would be counted.
    for (const table of tables) {
      const everything = await lookedAtBy((sql) =>
        sql.query(`select count(*) from ${table} each where each is not null`),
      );
      expect([table, (everything[table] ?? 0) >= 5 * NEIGHBOURS]).toEqual([table, true]);
    }
  });
});
