// The least that tells another process of a commit: a row and its NOTIFY, committed by one statement.
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { now } from './clock.mjs';

const text = `with stored as (insert into fact (id) values ($1)) select pg_notify('fact', $1::text)`;

export function open({ url, connections }) {
  const pool = new Pool({ connectionString: url, max: connections });
  const send = async () => {
    const id = randomUUID();
    const client = await pool.connect();
    const at = now();
    await client.query({ name: 'notify', text, values: [id] });
    client.release();
    return { id, at };
  };
  return { send };
}
