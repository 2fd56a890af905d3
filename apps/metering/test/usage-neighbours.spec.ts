import { type UsageQuery, usageQuery } from '@berth/contracts/metering';
import type { Tx } from '@berth/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsageRepository } from '../src/usage/usage.repository.js';
import { addToTotals } from '../src/windows/hourly-totals.js';
import { changed, MeteringApp, somewhere, startOfTest, web } from './support/metering-app.js';

const HOUR = 3_600_000;
const NEIGHBOURS = 400;
let app: MeteringApp;
beforeAll(async () => {
  app = await MeteringApp.start();
});
afterAll(() => app.close());

const tables = ['metered_resource', 'metered_workload', 'span', 'hourly_total', 'measured_usage'] as const;

/** Five resources of each of so many organizations, each of which changed every hour of ten. */
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
      entries: [{ ...web, instances: 1 + (index % 2) }],
    }));
    await app.tell(...sizes.map((size) => changed(place, size)));
    await addNeighbours();
    await app.database.query(`analyze ${tables.join(', ')}`);
    const repository = app.service.app.get(UsageRepository, { strict: false });
    const query: UsageQuery = usageQuery.parse({ organization: place.organizationId, by: 'app' });
    const [from, to] = [new Date(startOfTest), new Date(startOfTest + 10 * HOUR)];
    const questions = {
      totals: (sql: Tx) => repository.totals(sql, query, [{ from, to }]),
      lines: (sql: Tx) => repository.lines(sql, query, [{ from, to }]),
      costs: (sql: Tx) => repository.byApp(sql, place.organizationId, [{ from, to }]),
      waiting: (sql: Tx) => repository.waitingWorkloads(sql, place.organizationId, from),
      running: (sql: Tx) => repository.running(sql, { ...query, at: from.toISOString() }),
    };
    // Of its own there are one resource, one workload, ten spans and ten totals, which a plan may look at more than once.
    const most = { metered_resource: 5, metered_workload: 5, span: 50, hourly_total: 50, measured_usage: 0 };
    for (const [name, question] of Object.entries(questions)) {
      const counts = Object.entries(await lookedAtBy(question));
      const tooMany = counts.filter(([table, count]) => count > most[table as keyof typeof most]);
      expect([name, tooMany]).toEqual([name, []]);
    }
    // The rows of the neighbours are there, and would be counted.
    const everything = await lookedAtBy((sql) => sql.query('select count(*) from span where instances > 0'));
    expect(everything['span']).toBeGreaterThan(10 * 5 * NEIGHBOURS);
  });
});
