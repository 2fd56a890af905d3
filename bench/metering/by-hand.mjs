/** Tables with the same promises as metering's: an event once, no spans of a resource that overlap, totals by the hour. */
export const makeTables = (client) =>
  client.query(`
    create unlogged table loaded (id uuid, workload_id uuid, app_id uuid, version int, effective_at timestamptz, entries jsonb);
    create table accepted (id uuid primary key, organization_id uuid, workload_id uuid, version int, effective_at timestamptz,
                           entries jsonb);
    create extension btree_gist;
    create table span (organization_id uuid, workload_id uuid, app_id uuid, instances int, cpu int, memory int,
                       during tstzrange, exclude using gist (workload_id with =, during with &&));
    create index on span (organization_id);
    create table hourly (workload_id uuid, hour timestamptz, used numeric, primary key (workload_id, hour));
    create table invoice (number bigint generated always as identity, organization_id uuid unique, net numeric)`);

const statements = [
  `insert into accepted select id, $1, workload_id, version, effective_at, entries from loaded on conflict do nothing`,
  `insert into span
   select $1, workload_id, app_id, (e->>'instances')::int, (e->>'cpuMillicores')::int, (e->>'memoryMib')::int,
          tstzrange(effective_at, until)
     from (select *, lead(effective_at) over (partition by workload_id order by version) as until from loaded) change,
          jsonb_array_elements(entries) e`,
  `insert into hourly
   select workload_id, hour, sum(sum(used)) over (partition by workload_id order by hour)
     from (select workload_id, instances * extract(epoch from upper(during) - lower(during)) as used,
                  date_bin('1 hour', upper(during), 'epoch') + interval '1 hour' as hour
             from span where organization_id = $1) ended group by 1, 2`,
  `insert into invoice (organization_id, net)
   select $1, round(sum(seconds * instances * cpu) / 3600000 * 0.028, 2)
              + round(sum(seconds * instances * memory * 1048576) / 3600 / 1073741824 * 0.007, 2)
     from (select *, extract(epoch from upper(during) - lower(during)) as seconds
             from span where organization_id = $1) measured`,
];

/** Loads a file and bills it, in one transaction. */
export async function billByHand(client, file, organizationId) {
  const begun = performance.now();
  await client.query('begin');
  await client.query('truncate loaded');
  await client.query(`copy loaded from '${file}' (format csv)`);
  for (const statement of statements) await client.query(statement, [organizationId]);
  await client.query('commit');
  const milliseconds = performance.now() - begun;
  const { rows } = await client.query('select net::text from invoice where organization_id = $1', [organizationId]);
  return { milliseconds, net: rows[0].net };
}
