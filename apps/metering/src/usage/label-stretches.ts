/** SQL to join where no label is in question: `$7` and `$8` are null. */
const whole = (starts: string, ends: string): string =>
  `cross join lateral (select $7::text as label, ${starts} as starts, ${ends} as ends where $8::text is null) part`;

/**
 * SQL: the values of the label `$7` in the organization `$1`, and from when to when each held: from the moment on that was
 * stated, until labels of that app or environment were stated anew. A clock that went back gains nothing.
 */
const said = `
  select place_id, labels ->> $7::text as value, tstzrange(since, lead(since) over in_order) as during
    from (
      select place_id, epoch, version, labels, max(since) over (partition by place_id order by epoch, version) as since
        from place_labels where organization_id = $1
    ) stated
  window in_order as (partition by place_id order by epoch, version)`;

const divided = (row: string, starts: string, ends: string): string => `
  cross join lateral (
    with held as materialized (
      select place_id, value, during from (${said}) said
       where value is not null and place_id in (${row}.app_id, ${row}.environment_id)
    ),
    of_app as (select coalesce(range_agg(during), '{}') as whole from held where place_id = ${row}.app_id),
    labelled as (
      select value as label, range_agg(during) as during from held where place_id = ${row}.app_id group by value
       union all
      select value, range_agg(during) - (select whole from of_app)
        from held where place_id = ${row}.environment_id group by value
       union all
      select null, '{(,)}'::tstzmultirange - coalesce(range_agg(during), '{}') from held
    )
    select label, lower(stretch) as starts, upper(stretch) as ends
      from labelled, unnest(labelled.during * tstzmultirange(tstzrange(${starts}, ${ends}))) stretch
     where ${starts} < ${ends} and ($8::text is null or label = $8)
  ) part`;

/**
 * SQL to join: the relation `part`, the parts of a stretch in which an app or, where it had no such label, its environment
 * had one value of the label `$7`. It has `label`, null where neither had any, `starts` and `ends`. Of the value `$8` alone,
 * if there is one. `row` has an `app_id` and an `environment_id`.
 */
export const labelStretches = (hasLabel: boolean, row: string, starts: string, ends: string): string =>
  hasLabel ? divided(row, starts, ends) : whole(starts, ends);
