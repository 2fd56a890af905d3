/** What a span `s` used, in instance-milliseconds: exact, because `extract` answers numeric and instants have whole milliseconds. */
const lengthUntil = (end: string): string => `s.instances * extract(epoch from ${end} - lower(s.during)) * 1000`;

/**
 * SQL: what the resource of the expression `resource` had used at the moment of the expression `moment`, in
 * instance-milliseconds. The last total before it, and the spans that end after that total: few, however many there were
 * before. Use is the difference of two moments. The laterals make PostgreSQL look at one resource at a time; by joins, it
 * would find the spans of that time of all tenants first.
 */
export const usedUntil = (resource: string, moment: string): string => `(
  select coalesce(closed.used, 0) + coalesce(since.used, 0)
    from (values (true)) always
    left join lateral (
      select hour, used from hourly_total
       where resource_id = ${resource} and hour <= ${moment} order by hour desc limit 1
    ) closed on true
   cross join lateral (
      select sum(${lengthUntil(`least(upper(s.during), ${moment})`)}) as used from span s
       where s.resource_id = ${resource} and s.during && tstzrange(closed.hour, ${moment}, '[]')
    ) since)`;

/**
 * SQL: takes spans that ended into the totals; `spans` is a relation of them. Of each resource they must have ended after
 * all that were taken in before. A total is at the end of the hour that the span ended in; hours in which none ended have none.
 */
export const addToTotals = (spans: string): string => `
  insert into hourly_total (resource_id, hour, used)
  select ended.resource_id, ended.hour,
         coalesce(last.used, 0) + sum(ended.used) over (partition by ended.resource_id order by ended.hour)
    from (
      select s.resource_id,
             date_bin('1 hour', upper(s.during) - interval '1 microsecond', 'epoch') + interval '1 hour' as hour,
             sum(${lengthUntil('upper(s.during)')}) as used
        from ${spans} s where not upper_inf(s.during) group by 1, 2
    ) ended
    left join lateral (
      select used from hourly_total t where t.resource_id = ended.resource_id order by hour desc limit 1
    ) last on true
      on conflict (resource_id, hour) do update set used = excluded.used`;

/** SQL to join: `s`, the spans of the resource of the expression `resource` that lie in a part of `[from, to)`. */
export const spansIn = (resource: string, from: string, to: string): string => `
  cross join lateral (
    select instances, during from span where resource_id = ${resource} and during && tstzrange(${from}, ${to}) offset 0
  ) s`;
