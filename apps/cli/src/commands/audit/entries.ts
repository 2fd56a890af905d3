import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { wholeNumber } from '../../parsing/whole-number.js';

export interface Filter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly limit: number;
}

export const filtered = (command: Command): Command =>
  command
    .option('--actor <id>', 'who did it')
    .option('--action <name>', 'deployments:create')
    .option('--target <id>', 'what it was done to')
    .option('--limit <number>', 'the newest', wholeNumber, 50);

/** As a page is asked for. */
export const askedFor = ({ actor, action, target, limit }: Filter, cursor: string | undefined) => ({
  ...(actor && { actor }),
  ...(action && { action }),
  ...(target && { target }),
  ...(cursor === undefined ? {} : { cursor }),
  limit: Math.min(limit, 200),
});

export function showEntries({ out }: Context, entries: Schemas['AuditEntry'][]): Promise<void> {
  const rows = entries.map((each) => [
    time(each.at),
    each.action,
    `${each.target.kind} ${each.target.id}`,
    `${each.actor.kind} ${each.actor.id}`,
  ]);
  return out.result(entries, () => table(['at', 'action', 'on', 'by'], rows));
}

/** Exits with 6 when anything is not as it was recorded. @param whose the audit trail of ... */
export async function showVerification(
  { out }: Context,
  { items }: Schemas['AuditVerification'],
  whose: string,
): Promise<void> {
  const rows = items.map(({ service, good, head, broken }) => [
    service,
    `${good} of ${head.sequence}`,
    broken ? `entry ${broken.sequence} is ${broken.reason}` : 'whole',
    head.hash.slice(0, 16),
  ]);
  await out.result(items, () => table(['service', 'entries', 'chain', 'head'], rows));
  if (items.every(({ broken }) => broken === null)) return;
  throw new CliError(exitCodes.invalid, `The audit trail of ${whose} is not as it was recorded.`);
}
