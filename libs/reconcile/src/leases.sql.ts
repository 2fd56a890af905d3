/**
 * $1 queue, $2 wanted, $3 lease seconds, $4 limit per group; a group may have a lower one of its own.
 * `groups` walks the index from group to group (a loose index scan), so the cost follows the groups, not the due keys.
 * A key's rank is the number of keys its group would have in work if it were claimed.
 * A few more than wanted are ranked, because rows locked by enqueueing transactions are skipped.
 * The subqueries with a limit force look-ups by primary key: without statistics the planner would join whole tables.
 */
export const claimSql = `
  with recursive groups as (
    (select work_group from work_item where queue = $1 and due_at is not null order by work_group limit 1)
    union all
    select (select i.work_group from work_item i
             where i.queue = $1 and i.due_at is not null and i.work_group > g.work_group
             order by i.work_group limit 1)
      from groups g where g.work_group is not null
  ), busy as (
    select work_group, count(*)::int as leased from work_lease where queue = $1 group by work_group
  ), ranked as (
    select oldest.key, oldest.due_at, coalesce(busy.leased, 0) + oldest.place as rank,
           (select m.at_once from work_group_limit m
             where m.queue = $1 and m.work_group = g.work_group limit 1) as at_once
      from groups g
      left join busy using (work_group)
     cross join lateral (
       select due.key, due.due_at, row_number() over (order by due.due_at, due.key) as place
         from (select i.key, i.due_at from work_item i
                where i.queue = $1 and i.work_group = g.work_group and i.due_at <= now()
                  and (select l.fence from work_lease l where l.queue = $1 and l.key = i.key limit 1) is null
                order by i.due_at limit $2::int + 5) due
     ) oldest
     where g.work_group is not null
  ), best as (
    select key from ranked where rank <= least($4, at_once) order by rank, due_at limit $2::int + 5
  ), chosen as (
    select locked.* from best
     cross join lateral (
       select i.queue, i.key, i.work_group, i.generation from work_item i
        where i.queue = $1 and i.key = best.key and i.due_at <= now() limit 1 for update skip locked
     ) locked
     limit $2::int
  ), leased as (
    insert into work_lease (queue, key, work_group, generation, fence, expires_at)
    select queue, key, work_group, generation, nextval('work_sequence'), now() + $3 * interval '1 second' from chosen
        on conflict do nothing
    returning key, fence
  )
  update work_item i set due_at = null, interrupted = false
    from leased l where i.queue = $1 and i.key = l.key
  returning i.key, l.fence, i.attempts`;

/** $1 queue, $2 keys, $3 fences, $4 lease seconds. A lease locked by its own fenced transaction is safe meanwhile. */
export const heartbeatSql = `
  with mine as (
    select * from unnest($2::text[], $3::bigint[]) as mine (key, fence)
  ), free as (
    select l.queue, l.key from work_lease l join mine using (key, fence) where l.queue = $1
       for update of l skip locked
  ), renewed as (
    update work_lease l set expires_at = now() + $4 * interval '1 second'
      from free where l.queue = free.queue and l.key = free.key
  )
  select mine.key, mine.fence, l.fence is null as lost, coalesce(i.interrupted, true) as interrupted
    from mine
    left join work_lease l on l.queue = $1 and l.key = mine.key and l.fence = mine.fence
    left join work_item i on i.queue = $1 and i.key = mine.key`;

/**
 * $1 queue, $2 key, $3 fence, $4 kind, $5 seconds until the next run (null: none), $6 what blocks it (null: nothing).
 * A run that failed or was broken off has found out nothing about that.
 * Backoff: 1 s doubled per failure, at most 300 s, times a random factor from 0.5 to 1, so that keys that failed
 * together do not return together; `spread` does the same around its moment. What was enqueued meanwhile keeps its own, earlier time.
 * A key that nobody asked for meanwhile and that needs no further run is deleted: settled keys cost nothing.
 */
export const finishSql = `
  with released as (
    delete from work_lease where queue = $1 and key = $2 and fence = $3::bigint returning generation
  ), forgotten as (
    delete from work_item i using released r
     where i.queue = $1 and i.key = $2 and i.generation = r.generation and $4 = 'done' and $5::float8 is null
  ), kept as (
    update work_item i
       set due_at = least(i.due_at, case
             when $4 = 'failed'
               then now() + least(300, power(2, least(i.attempts, 20))) * (0.5 + random() / 2) * interval '1 second'
             when $4 = 'spread' then now() + $5::float8 * (0.5 + random()) * interval '1 second'
             else now() + $5::float8 * interval '1 second' end),
           attempts = case $4 when 'failed' then i.attempts + 1 when 'returned' then i.attempts else 0 end,
           blocked_by = case when $4 in ('failed', 'returned') then i.blocked_by else $6 end
      from released r
     where i.queue = $1 and i.key = $2 and not (i.generation = r.generation and $4 = 'done' and $5::float8 is null)
    returning i.due_at
  )
  select extract(epoch from kept.due_at - now())::float8 as seconds from released left join kept on true`;

export const returnExpiredSql = `
  with expired as (
    delete from work_lease where (queue, key) in (
      select queue, key from work_lease where expires_at < now() order by expires_at limit 1000 for update skip locked)
    returning queue, key
  )
  update work_item i set due_at = least(i.due_at, now()), attempts = i.attempts + 1
    from expired e where i.queue = e.queue and i.key = e.key
  returning i.queue`;
