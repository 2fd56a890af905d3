// The least that has an effect of a NOTIFY: one row, committed; with `effect: false` not even that.
import { Client } from 'pg';
import { now } from './clock.mjs';

const insert = { name: 'insert', text: 'insert into effect (id) values ($1)' };

export async function open({ url, effect }) {
  const effects = [];
  const client = new Client({ connectionString: url });
  await client.connect();
  const take = async (id) => {
    if (effect) await client.query({ ...insert, values: [id] });
    effects.push({ id, at: now() });
  };
  let last = Promise.resolve();
  client.on('notification', ({ payload: id }) => (last = last.then(() => take(id))));
  await client.query('listen fact');
  const table = async () => (await client.query('select id from effect order by seq')).rows;
  return { effects, table };
}
