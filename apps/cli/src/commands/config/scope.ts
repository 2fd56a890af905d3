import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { follow } from '../../deploying/follow.js';
import { requireLive, type WaitOptions } from '../../deploying/settle.js';
import { usageError } from '../../errors.js';
import { parseDuration } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

type Kind = Schemas['ScopedConfig']['scope'];

export interface Scope {
  readonly scope: Kind;
  readonly scopeId: string;
}

export interface ScopeOptions {
  readonly scope?: string;
  readonly apply?: boolean;
}

export const scoped = (command: Command): Command =>
  ofWorkload(command).option('--scope <scope>', 'organization, project, environment or workload: what it is of');

export const applying = (command: Command): Command =>
  command.option('--apply', 'with --scope: release it to all apps below, too');

/** Null: the app in its environment. */
export async function scopeOf({ selection }: Context, { scope, apply }: ScopeOptions): Promise<Scope | null> {
  if (scope === undefined || scope === 'workload') {
    if (apply)
      throw usageError('--apply is for --scope organization, project or environment: a workload is released at once.');
    return null;
  }
  if (scope === 'organization') return { scope, scopeId: (await selection.organization()).id };
  if (scope === 'project') return { scope, scopeId: (await selection.project()).id };
  if (scope === 'environment') return { scope, scopeId: (await selection.environment()).id };
  throw usageError(`"${scope}" is no scope: organization, project, environment or workload.`);
}

/** Says what became of a change of a scope, and waits for what it released when that is wanted. */
export async function settleScoped(
  context: Context,
  { scope }: Scope,
  change: Schemas['ScopedChange'],
  given: WaitOptions,
): Promise<void> {
  const { out } = context;
  await out.result(change, () => `Config version ${change.version} of the ${scope}: ${outcomeOf(change)}`);
  if (change.deployments.length < change.outOfDate && !out.json)
    out.note(`Release it: berth config apply --scope ${scope}`);
  await waitForAll(context, change.deployments, given);
}

export async function waitForAll(
  context: Context,
  deployments: Schemas['ScopedChange']['deployments'],
  { wait, timeout }: WaitOptions,
): Promise<void> {
  if (!wait && timeout === undefined) return;
  const seconds = timeout === undefined ? undefined : parseDuration(timeout);
  for (const { deploymentId: id } of deployments) {
    const started = await answerOf(context.client.GET('/v1/deployments/{id}', { params: { path: { id } } }));
    requireLive(await follow(context, started, seconds));
  }
}

function outcomeOf({ outOfDate, deployments }: Schemas['ScopedChange']): string {
  if (outOfDate === 0) return 'nothing that runs is out of date.';
  const out = outOfDate === 1 ? '1 workload is' : `${outOfDate} workloads are`;
  return `${out} out of date, ${deployments.length} of them ${deployments.length === 1 ? 'is' : 'are'} being released.`;
}
