import { addToTotals } from '../../apps/metering/dist/windows/hourly-totals.js';

/** So many spans of other organizations, 20 to a resource and 100 to an organization, all in the month that is open. */
export async function addNeighbours(database, spans) {
  await database.query(
    `with organization as (
       select gen_random_uuid() as id, number from generate_series(1, $1::int / 100) number
     ), resource as (
       insert into metered_resource (workload_id, organization_id, project_id, environment_id, app_id, cluster, release,
                                     process_type, cpu_millicores, memory_mib)
       select gen_random_uuid(), o.id, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'local', 1, 'web', 250, 256
         from organization o, generate_series(1, 5)
       returning id
     ), added as (
       insert into span (resource_id, instances, during)
       select r.id, 1, tstzrange(month + step * n, month + step * (n + 1))
         from resource r, generate_series(0, 19) n,
              (select date_trunc('month', now(), 'UTC') as month,
                      date_trunc('milliseconds', (now() - date_trunc('month', now(), 'UTC')) / 20) as step) time
       returning *
     ) ${addToTotals('added')}`,
    [spans],
  );
  await database.query('analyze metered_resource, span, hourly_total');
}
