import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // Instance-milliseconds of all spans of the resource that had ended by the hour.
  `create table hourly_total (
     resource_id bigint not null,
     hour timestamptz not null,
     used bigint not null,
     primary key (resource_id, hour)
   )`,
  `insert into hourly_total (resource_id, hour, used)
   select resource_id, hour, sum(used) over (partition by resource_id order by hour)
     from (select resource_id, sum(instances * extract(epoch from upper(during) - lower(during)) * 1000) as used,
                  date_bin('1 hour', upper(during) - interval '1 microsecond', 'epoch') + interval '1 hour' as hour
             from span where not upper_inf(during) group by 1, 3) ended`,
  // All questions are for the spans of a resource in a time: the index of the constraint answers them.
  'drop index span_resource',
];

const down = ['create index span_resource on span (resource_id, lower(during))', 'drop table hourly_total'];

export class HourlyTotals1763700000051 implements MigrationInterface {
  readonly name = 'HourlyTotals1763700000051';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
