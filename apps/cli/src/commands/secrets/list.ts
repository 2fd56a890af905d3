import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { scoped, scopeOf, type ScopeOptions } from '../config/scope.js';

export const options = (command: Command): Command => scoped(command);

/** Names and versions: values are never answered. */
export async function run(context: Context, given: ScopeOptions): Promise<void> {
  const items = await itemsOf(context, given);
  const rows = items.map((each) => [each.name, each.version, each.bytes ?? '', each.scope, time(each.createdAt)]);
  await context.out.result(items, () => table(['name', 'version', 'bytes', 'scope', 'since'], rows));
}

interface Item {
  readonly name: string;
  readonly version: number;
  /** Of a file. */
  readonly bytes?: number;
  readonly createdAt: string;
  readonly scope: string;
}

async function itemsOf(context: Context, given: ScopeOptions): Promise<Item[]> {
  const { client, selection } = context;
  const path = await scopeOf(context, given);
  if (path) {
    const { items } = await answerOf(client.GET('/v1/secrets/scopes/{scope}/{scopeId}', { params: { path } }));
    return items.map((each) => ({ ...each, scope: path.scope }));
  }
  const { id: workloadId } = await selection.workload();
  const params = { path: { workloadId } };
  const { items } = await answerOf(client.GET('/v1/secrets/{workloadId}/effective', { params }));
  return given.scope === 'workload' ? items.filter(({ scope }) => scope === 'workload') : items;
}
