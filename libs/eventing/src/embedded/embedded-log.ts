import { crc32 } from 'node:zlib';
import type { CloudEvent } from '@berth/contracts/events';

export const PARTITIONS = 4;
export const CHANNEL = 'berth_bus';

/** Messages of one key share a partition. */
export const partitionOf = (key: string): number => crc32(key) % PARTITIONS;

/** What makes the bus's tables; safe to run again. The lock keeps replicas that start together apart. */
export const schema = `
  select pg_advisory_xact_lock(7163600003);
  create schema if not exists berth_bus;
  create table if not exists berth_bus.partition (
    topic text not null, partition int not null, next_offset bigint not null,
    primary key (topic, partition));
  create table if not exists berth_bus.message (
    topic text not null, partition int not null, "offset" bigint not null,
    key text not null, event json not null, bytes int not null, published_at timestamptz not null default now(),
    primary key (topic, partition, "offset"));
  create table if not exists berth_bus.position (
    consumer_group text not null, topic text not null, partition int not null, next_offset bigint not null,
    primary key (consumer_group, topic, partition));`;

/**
 * Commits something with a flush, and with it all that was committed before it on the server. Until this returns
 * published messages may be lost with the server: what they were made from has to be kept.
 */
export const flushSql = `select pg_logical_emit_message(true, 'berth-bus', 'flush')`;

export interface StoredMessage {
  readonly offset: string;
  readonly key: string;
  readonly event: CloudEvent;
}

/**
 * Commits a position and reads what follows it, in one round trip: at most `$5` messages and, so that a slow consumer
 * holds little of what it has not handled, no further message once `$6` bytes are read.
 */
export const advanceSql = `
  with moved as (
    update berth_bus.position set next_offset = $4
     where consumer_group = $1 and topic = $2 and partition = $3 and next_offset < $4)
  select "offset", key, event from (
    select "offset", key, event, sum(bytes) over (order by "offset") - bytes as bytes_before from (
      select "offset", key, event, bytes from berth_bus.message
       where topic = $2 and partition = $3 and "offset" >= $4 order by "offset" limit $5) as next) as sized
   where bytes_before < $6 order by "offset"`;

/** Where a group stands in each partition of topics, 0 where it has not been. */
export const startSql = `
  insert into berth_bus.position as p (consumer_group, topic, partition, next_offset)
  select $1, topic, partition, 0 from unnest($2::text[]) as topic, generate_series(0, ${PARTITIONS - 1}) as partition
  on conflict (consumer_group, topic, partition) do update set next_offset = p.next_offset
  returning topic, partition, next_offset`;

/** Partitions of a topic that hold more than a group has passed: the safety net under lost notifications. */
export const behindSql = `
  select p.topic || '/' || p.partition as name from berth_bus.partition p
    left join berth_bus.position c on c.topic = p.topic and c.partition = p.partition and c.consumer_group = $1
   where p.topic = any ($2::text[]) and coalesce(c.next_offset, 0) < p.next_offset`;

/**
 * Sends a group back to the first message that is not older than the given days: older ones may lie there for another
 * group's sake, and inboxes may have forgotten them.
 */
export const rewindSql = `
  update berth_bus.position p set next_offset = least(next_offset, (
    select min(m."offset") from berth_bus.message m
     where m.topic = p.topic and m.partition = p.partition and published_at >= now() - make_interval(days => $3)))
   where consumer_group = $1 and topic = any ($2::text[])`;

/** Deletes what is older than the given days and passed by every group that reads the topic. */
export const trimSql = `
  delete from berth_bus.message m
   where published_at < now() - make_interval(days => $1)
     and not exists (
       select 1 from berth_bus.position c
        where c.topic = m.topic and c.partition = m.partition and c.next_offset <= m."offset")`;
