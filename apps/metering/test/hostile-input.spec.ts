import { TestIdentity } from '@berth/access/testing';
import { sendHostileRequests, startTestService } from '@berth/testing';
import type { Database } from '@berth/service-kit';
import { expect, it } from '@jest/globals';
import { metering } from '../src/index.js';

/** How many rows each table of the service has. */
async function rowsIn(database: Database): Promise<Record<string, number>> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const counts = tables.map(async ({ name }) => {
    const [row] = await database.query<{ count: number }>(`select count(*)::int as count from "${name}"`);
    return [name, row?.count ?? -1] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

it('every route refuses malformed, oversized and hostile input with a problem document, and stores nothing', async () => {
  const service = await startTestService(metering, { environment: { ROLE: 'api' } });
  try {
    const identity = await TestIdentity.create(service.database);
    const before = await rowsIn(service.database);
    expect(Object.keys(before).length).toBeGreaterThan(20);
    const { sent, wrong } = await sendHostileRequests(service.url, await identity.token({ administrator: true }));
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(50);
    expect(await rowsIn(service.database)).toEqual(before);
  } finally {
    await service.close();
  }
}, 600_000);
