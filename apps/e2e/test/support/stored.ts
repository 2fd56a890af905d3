import type { CloudEvent } from '@berth/contracts/events';
import { Client } from 'pg';
import { type Platform, serviceNames } from './platform.js';

/** Runs `work` on a connection of its own. */
export async function onDatabase<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The rows that a statement answers. */
export const rowsOf = <Row extends object>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> =>
  onDatabase(url, async (client) => (await client.query<Row>(sql, values)).rows);

/** Everything on an embedded bus, in its order within each key. */
export async function eventsOnBus(url: string): Promise<CloudEvent[]> {
  const sql = 'select event from berth_bus.message order by topic, partition, "offset"';
  return (await rowsOf<{ event: CloudEvent }>(url, sql)).map(({ event }) => event);
}

/** Every row of every database of the platform and every event on its bus, as text. */
export async function everythingStored(platform: Platform): Promise<string> {
  const urls = serviceNames.map((name) => platform.databaseUrl(name));
  const rows = await Promise.all(urls.map((url) => onDatabase(url, everyRow)));
  return [...rows, JSON.stringify(await platform.events())].join('\n');
}

async function everyRow(client: Client): Promise<string> {
  const tables = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const texts: string[] = [];
  for (const { name } of tables.rows)
    texts.push(JSON.stringify((await client.query(`select * from "${name}"`)).rows, asText));
  return texts.join('\n');
}

const asText = (_key: string, value: unknown): unknown =>
  (value as { type?: string } | null)?.type === 'Buffer'
    ? Buffer.from((value as { data: number[] }).data).toString('latin1')
    : value;
