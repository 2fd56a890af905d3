// The two queues of the benchmark: Berth's, and the least that can be made of SKIP LOCKED. Each works on so many keys, eight
// at once, and answers how long it took and how many keys were worked on exactly once.
import 'reflect-metadata';
import { ReconcileModule, ReconcileRunner, reconcileMigrations, settled, WorkQueue } from '@berth/reconcile';
import { baseConfig, Database, startService } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import { Pool } from 'pg';
import { announce } from '../support/child.mjs';
import { Counting } from './counting.mjs';

const AT_ONCE = 8;
const [kind, url] = process.argv.slice(2);
const work = await { berth: startBerth, bare: startBare }[kind]();
announce('ready', { work });

async function startBerth() {
  class QueueModule {}
  Module({})(QueueModule);
  const { app } = await startService(
    {
      ...{ name: 'queue', config: baseConfig, entities: [], migrations: reconcileMigrations },
      module: (config) => ({ module: QueueModule, imports: [ReconcileModule.forRoot({ config })] }),
    },
    { DATABASE_URL: url, LOG_LEVEL: 'warn' },
  );
  const counting = new Counting();
  const reconcile = async (key) => {
    counting.add(key);
    return settled;
  };
  app.get(ReconcileRunner).register('keys', { reconcile }, { concurrency: AT_ONCE });
  return (count) =>
    counting.during(count, () =>
      app.get(Database).transaction(async (tx) => {
        for (let key = 0; key < count; key++) await app.get(WorkQueue).enqueue(tx, 'keys', `key-${key}`);
      }),
    );
}

async function startBare() {
  const pool = new Pool({ connectionString: url, max: AT_ONCE + 1 });
  await pool.query('create table job (id bigint generated always as identity primary key, key text not null)');
  const counting = new Counting();
  const next =
    'delete from job where id = (select id from job order by id limit 1 for update skip locked) returning key';
  const worker = async () => {
    for (;;) {
      const { rows } = await pool.query(next);
      if (rows.length === 0) return;
      counting.add(rows[0].key);
    }
  };
  return (count) =>
    counting.during(count, async () => {
      const client = await pool.connect();
      await client.query('begin');
      for (let key = 0; key < count; key++) await client.query('insert into job (key) values ($1)', [`key-${key}`]);
      await client.query('commit');
      client.release();
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    });
}
