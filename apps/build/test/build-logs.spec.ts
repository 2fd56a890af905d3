import { randomUUID } from 'node:crypto';
import { testDatabase, type TestDatabase } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BuildLogsRepository } from '../src/builds/build-logs.repository.js';
import { CreateBuilds1763600000100 } from '../src/database/migrations/create-builds.migration.js';

const logs = new BuildLogsRepository();
let db: TestDatabase;

beforeAll(async () => (db = await testDatabase({ migrations: [CreateBuilds1763600000100] })));
afterAll(() => db.drop());

const newBuild = async (): Promise<string> => {
  const ids = Array.from({ length: 7 }, () => randomUUID());
  await db.database.query(
    `insert into build (id, organization_id, project_id, environment_id, app_id, workload_id, deployment_id, source,
       settings, deadline_seconds, status, created_at) values ($1, $2, $3, $4, $5, $6, $7, '{}', '{}', 60, 'queued', now())`,
    ids,
  );
  return ids[0] ?? '';
};

/** A build whose log came in chunks of these sizes; line n says n. */
const logOf = async (sizes: readonly number[]): Promise<string> => {
  const build = await newBuild();
  let first = 1;
  for (const size of sizes) {
    const lines = Array.from({ length: size }, (_, index) => `line ${first + index}`);
    await db.database.transaction((tx) => logs.append(tx, build, first, lines, new Date(0)));
    first += size;
  }
  return build;
};

describe('a stored log', () => {
  it('is read from any line on, whatever the chunks it came in', async () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat({ max: 45 }), fc.integer({ min: 1, max: 50 }), async (sizes, after, limit) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const wanted = Array.from({ length: total }, (_, index) => index + 1)
          .filter((sequence) => sequence > after)
          .slice(0, limit);
        const read = await logs.read(db.database, await logOf(sizes), after, limit);
        expect(read.map(({ sequence }) => sequence)).toEqual(wanted);
        expect(read.map(({ text }) => text)).toEqual(wanted.map((sequence) => `line ${sequence}`));
      }),
      { numRuns: 60 },
    );
  });

  it('knows its next line and its last ones', async () => {
    const build = await logOf([3, 4]);
    expect(await logs.next(db.database, build)).toBe(8);
    expect(await logs.tail(db.database, build, 2)).toEqual(['line 6', 'line 7']);
    expect(await logs.tail(db.database, build, 100)).toHaveLength(7);
    const empty = await newBuild();
    expect(await logs.next(db.database, empty)).toBe(1);
    expect(await logs.tail(db.database, empty, 5)).toEqual([]);
  });

  it('takes no line twice: of two writers one fails', async () => {
    const build = await logOf([2]);
    const again = db.database.transaction((tx) => logs.append(tx, build, 1, ['other'], new Date()));
    await expect(again).rejects.toThrow('build_log_pkey');
    expect((await logs.read(db.database, build, 0, 10)).map(({ text }) => text)).toEqual(['line 1', 'line 2']);
  });

  it('keeps lines of any alphabet and of none', async () => {
    const build = await newBuild();
    const lines = [
      '',
      ' ',
      '"quoted"',
      '{braces}',
      "it's",
      '\\N',
      'NULL',
      '日本',
      '\u001b[31mred\u001b[0m',
      'x'.repeat(8_001),
    ];
    await db.database.transaction((tx) => logs.append(tx, build, 1, lines, new Date(0)));
    const read = await logs.read(db.database, build, 0, 100);
    expect(read.map(({ text }) => text)).toEqual(lines);
    expect(read[0]?.at).toBe('1970-01-01T00:00:00.000Z');
  });

  it('goes with its build', async () => {
    const build = await logOf([2]);
    await db.database.query('delete from build where id = $1', [build]);
    expect(await logs.read(db.database, build, 0, 10)).toEqual([]);
  });
});
