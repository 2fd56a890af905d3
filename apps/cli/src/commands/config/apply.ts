import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type WaitOptions, waiting } from '../../deploying/settle.js';
import { usageError } from '../../errors.js';
import { scoped, scopeOf, type ScopeOptions, settleScoped } from './scope.js';

export const options = (command: Command): Command => waiting(scoped(command));

/** Releases the config of a scope to all below it that run with another version of it. */
export async function run(context: Context, given: ScopeOptions & WaitOptions): Promise<void> {
  const scope = await scopeOf(context, given);
  if (!scope) throw usageError('Say what to apply: --scope organization, project or environment.');
  const params = { path: scope };
  const change = await answerOf(context.client.POST('/v1/config/scopes/{scope}/{scopeId}/apply', { params }));
  await settleScoped(context, scope, change, given);
}
