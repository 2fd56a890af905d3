import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type Scope, scoped, scopeOf, type ScopeOptions } from './scope.js';

export const options = (command: Command): Command => scoped(command);

/** All that the app gets, each with the wider scope that it is of; or what one scope holds. */
export async function run(context: Context, given: ScopeOptions): Promise<void> {
  const scope = await scopeOf(context, given);
  if (scope) return listScope(context, scope);
  const { client, out, selection } = context;
  const { id: workloadId } = await selection.workload();
  const params = { path: { workloadId } };
  if (given.scope === 'workload') {
    const config = await answerOf(client.GET('/v1/config/{workloadId}', { params }));
    return out.result(config, () => linesOf(config));
  }
  const config = await answerOf(client.GET('/v1/config/{workloadId}/effective', { params }));
  const lines = config.items.map(
    ({ name, value, bytes, scope: of }) => `${lineOf(name, value, bytes)}${of === 'workload' ? '' : `  # ${of}`}`,
  );
  await out.result(config, () => lines.join('\n'));
}

async function listScope({ client, out }: Context, path: Scope): Promise<void> {
  const config = await answerOf(client.GET('/v1/config/scopes/{scope}/{scopeId}', { params: { path } }));
  await out.result(config, () => linesOf(config));
}

/** What is in a file is in `--json` alone. */
const lineOf = (name: string, value: string, bytes?: number): string =>
  bytes === undefined ? `${name}=${value}` : `${name}  (${bytes} bytes)`;

const linesOf = ({ variables, files }: Pick<Schemas['Config'], 'variables' | 'files'>): string =>
  [
    ...Object.entries(variables).map(([name, value]) => lineOf(name, value)),
    ...files.map(({ name, bytes }) => lineOf(name, '', bytes)),
  ]
    .sort()
    .join('\n');
