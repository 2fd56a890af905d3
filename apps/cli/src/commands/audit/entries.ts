import { once } from 'node:events';
import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { wholeNumber } from '../../parsing/whole-number.js';
import { changesIn } from './changes-in.js';

export interface Choice {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly session?: string;
  readonly correlation?: string;
}

export interface Filter extends Choice {
  readonly limit: number;
}

export const choosing = (command: Command): Command =>
  command
    .option('--actor <id>', 'who did it')
    .option('--action <name>', 'deployments:create')
    .option('--target <id>', 'what it was done to')
    .option('--session <id>', 'session, API token or client secret')
    .option('--correlation <id>', 'X-Correlation-Id of the request');

export const filtered = (command: Command): Command =>
  choosing(command).option('--limit <number>', 'the newest', wholeNumber, 50);

export const chosen = ({ actor, action, target, session, correlation }: Choice) => ({
  ...(actor && { actor }),
  ...(action && { action }),
  ...(target && { target }),
  ...(session && { session }),
  ...(correlation && { correlation }),
});

/** As a page is asked for. */
export const askedFor = ({ limit, ...choice }: Filter, cursor: string | undefined) => ({
  ...chosen(choice),
  ...(cursor === undefined ? {} : { cursor }),
  limit: Math.min(limit, 200),
});

export function showEntries({ out }: Context, entries: Schemas['AuditEntry'][]): Promise<void> {
  const rows = entries.map((each) => [
    time(each.at),
    each.action,
    `${each.target.kind} ${each.target.id}`,
    `${each.actor.kind} ${each.actor.id}`,
    each.address,
    changesIn(each.detail).join('\n'),
  ]);
  return out.result(entries, () => table(['at', 'action', 'on', 'by', 'from', 'changed'], rows));
}

/** As they come, so that their number does not matter. Whoever reads them slowly is waited for. */
export async function writeLines({ io }: Context, lines: ReadableStream<Uint8Array>): Promise<void> {
  for await (const some of unlessBrokenOff(lines)) if (!io.stdout.write(some)) await once(io.stdout, 'drain');
}

async function* unlessBrokenOff(lines: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* lines;
  } catch {
    throw new CliError(exitCodes.unavailable, 'The export broke off: what was written is not all of it.', 'Try again.');
  }
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
