import type { CloudEvent } from '@berth/contracts/events';
import type { QueryConfig } from 'pg';
import type { BusMessage } from '../bus/event-bus.js';
import { partitionOf, type StoredMessage } from './embedded-log.js';

/** What a notification can hold. */
const ANNOUNCED_BYTES = 7_999;
/** What the end of a partition takes in a notification, beside its topic. */
const END_BYTES = 40;

/**
 * Appends in order. The row lock of each partition is held until the commit, so offsets appear in order and a reader
 * that saw an offset has seen every lower one. Partitions are locked in one order: publishers cannot deadlock.
 * It is run on connections without synchronous commit: readers see and hear of the messages before they are flushed,
 * and NOTIFY, which holds a lock of the whole server until the commit is done, holds it for no flush.
 * A message is told by its place before the end of its partition, which only this statement knows.
 */
const manySql = `
  with moved as (
    insert into berth_bus.partition as p (topic, partition, next_offset)
    select * from unnest($1::text[], $2::int[], $3::bigint[])
    on conflict (topic, partition) do update set next_offset = p.next_offset + excluded.next_offset
    returning topic, partition, next_offset),
  appended as (
    insert into berth_bus.message (topic, partition, "offset", key, event, bytes)
    select topic, partition, next_offset - before_end, key, event, bytes
      from unnest($4::text[], $5::int[], $6::bigint[], $7::text[], $8::json[], $9::int[])
        as each (topic, partition, before_end, key, event, bytes) join moved using (topic, partition))
  select pg_notify('berth_bus', string_agg(topic || '/' || partition || '/' || next_offset, ' ') || E'\n' || $10)
    from moved`;

/** The same for one message, as most publications are: without sets it takes PostgreSQL half as long. */
const oneSql = `
  with moved as (
    insert into berth_bus.partition as p (topic, partition, next_offset) values ($1, $2, 1)
    on conflict (topic, partition) do update set next_offset = p.next_offset + 1
    returning next_offset),
  appended as (
    insert into berth_bus.message (topic, partition, "offset", key, event, bytes)
    select $1, $2, next_offset - 1, $3, $4, $5 from moved)
  select pg_notify('berth_bus', $1 || '/' || $2 || '/' || next_offset || E'\n' || $6) from moved`;

interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly beforeEnd: number;
  readonly key: string;
  readonly json: string;
}

/** What appends messages, at least one, prepared once for each connection. */
export function publicationOf(messages: readonly BusMessage[]): QueryConfig {
  const groups = [...Map.groupBy(messages.map(read), nameOf)].sort(byName).map(([, group]) => group.map(place));
  const placed = groups.flat();
  const firsts = groups.flatMap((group) => group.slice(0, 1));
  const [only, ...others] = placed;
  return only && others.length === 0
    ? { name: 'berth-bus-publish-one', text: oneSql, values: valuesOfOne(only) }
    : { name: 'berth-bus-publish', text: manySql, values: valuesOf(placed, firsts) };
}

const valuesOfOne = (placed: Placed): unknown[] => {
  const { topic, partition, key, json } = placed;
  return [topic, partition, key, json, Buffer.byteLength(json), announced([placed], [placed])];
};

function valuesOf(placed: readonly Placed[], firsts: readonly Placed[]): unknown[] {
  return [
    firsts.map(({ topic }) => topic),
    firsts.map(({ partition }) => partition),
    firsts.map(({ beforeEnd }) => beforeEnd),
    placed.map(({ topic }) => topic),
    placed.map(({ partition }) => partition),
    placed.map(({ beforeEnd }) => beforeEnd),
    placed.map(({ key }) => key),
    placed.map(({ json }) => json),
    placed.map(({ json }) => Buffer.byteLength(json)),
    announced(placed, firsts),
  ];
}

const read = ({ topic, key, event }: BusMessage) => ({
  topic,
  partition: partitionOf(key),
  key,
  json: JSON.stringify(event),
});
const nameOf = ({ topic, partition }: Pick<Placed, 'topic' | 'partition'>) => `${topic}/${partition}`;
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
const place = (message: Omit<Placed, 'beforeEnd'>, index: number, group: readonly unknown[]): Placed => ({
  ...message,
  beforeEnd: group.length - index,
});

/** The messages as a notification has them; nothing when they do not fit into it. */
function announced(placed: readonly Placed[], firsts: readonly Placed[]): string {
  let room = firsts.reduce((left, { topic }) => left - Buffer.byteLength(topic) - END_BYTES, ANNOUNCED_BYTES);
  const parts: string[] = [];
  for (const message of placed) {
    const { beforeEnd, key, json } = message;
    const part = `[${JSON.stringify(nameOf(message))},${beforeEnd},${JSON.stringify(key)},${json}]`;
    room -= Buffer.byteLength(part) + 1;
    if (room < 0) return '';
    parts.push(part);
  }
  return `[${parts.join(',')}]`;
}

/** What a notification says: partitions that got something, with the messages where they fit into it. */
export type Announcement = Map<string, StoredMessage[]>;

/** Of the partitions that `isRead` knows: what nobody here reads is not parsed. */
export function announcementOf(payload: string, isRead: (partition: string) => boolean): Announcement {
  const line = payload.indexOf('\n');
  const ends = new Map(
    payload
      .slice(0, line)
      .split(' ')
      .map(endOf)
      .filter(([name]) => isRead(name)),
  );
  const told: Announcement = new Map([...ends.keys()].map((name) => [name, []]));
  const messages = payload.slice(line + 1);
  if (told.size === 0 || messages === '') return told;
  for (const [name, beforeEnd, key, event] of JSON.parse(messages) as [string, number, string, CloudEvent][])
    told.get(name)?.push({ offset: String((ends.get(name) ?? 0) - beforeEnd), key, event });
  return told;
}

function endOf(text: string): [string, number] {
  const slash = text.lastIndexOf('/');
  return [text.slice(0, slash), Number(text.slice(slash + 1))];
}
