import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** The statements of the one transaction in `work`, as pg takes them, in order, `begin` and `commit` included. */
export async function transactionIn(work) {
  const sent = await statementsIn(work);
  const place = (pattern) => sent.findIndex(({ text }) => pattern.test(text));
  return sent.slice(place(/^(begin|start transaction)/i), place(/^commit/i) + 1);
}

/** Everything that this process sends by pg during `work`. */
export async function statementsIn(work) {
  const sent = [];
  const { query } = Client.prototype;
  Client.prototype.query = function (text, values, ...rest) {
    sent.push(statementOf(text, values));
    return query.call(this, text, values, ...rest);
  };
  try {
    await work();
  } finally {
    Client.prototype.query = query;
  }
  return sent;
}

/** Of the two ways to tell pg: text and values, or an object that may also name the statement, to be prepared once. */
function statementOf(text, values) {
  if (typeof text === 'string') return { text, values: Array.isArray(values) ? values : [] };
  return { text: text.text, values: text.values ?? values ?? [], ...(text.name ? { name: text.name } : {}) };
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The same statements about something else: names and ids as `renamed` says (old to new), any other id a new one. */
export function anew(statements, renamed) {
  const names = new Map(Object.entries(renamed));
  const nameOf = (old) => names.get(old) ?? names.set(old, randomUUID()).get(old);
  const renew = (value) => {
    if (typeof value === 'string') return renameAll(value.replace(uuids, nameOf), renamed);
    return value === null || typeof value !== 'object' ? value : JSON.parse(renew(JSON.stringify(value)));
  };
  return statements.map(({ text, values, ...more }) => ({ ...more, text: renew(text), values: values.map(renew) }));
}

const renameAll = (text, renamed) =>
  Object.entries(renamed).reduce((result, [from, to]) => result.replaceAll(from, to), text);
