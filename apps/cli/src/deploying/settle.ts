import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { CliError, exitCodes } from '../errors.js';
import { duration, shortCommit } from '../output/format.js';
import { parseDuration } from '../parsing/units.js';
import { follow } from './follow.js';

type Deployment = Schemas['Deployment'];

export interface WaitOptions {
  readonly wait?: boolean;
  readonly timeout?: string;
}

export const waiting = (command: Command): Command =>
  command
    .option('--wait', 'show progress until it is live, then print its URL')
    .option('--timeout <duration>', 'stop waiting after 30s, 10m, 2h; the deployment goes on');

/** Ends a command that started a deployment: says so, or waits for its end. */
export async function settle(context: Context, started: Deployment, options: WaitOptions): Promise<void> {
  const { out } = context;
  if (!options.wait && options.timeout === undefined) {
    return out.result(started, () => `Deployment #${started.number} is ${started.status}: ${started.id}`);
  }
  const seconds = options.timeout === undefined ? undefined : parseDuration(options.timeout);
  out.note(`Deployment #${started.number}: ${started.id}`);
  const ended = await follow(context, started, seconds);
  if (out.json) await out.result(ended, () => '');
  requireLive(ended);
  out.note(summary(ended));
  for (const note of ended.notes) out.note(note);
  if (!out.json) out.line(ended.url);
}

/** The same for a change that may have started one. */
export async function settleId(context: Context, id: string | null, options: WaitOptions): Promise<void> {
  if (id === null) return;
  const started = await answerOf(context.client.GET('/v1/deployments/{id}', { params: { path: { id } } }));
  await settle(context, started, options);
}

/** @throws CliError 7 when it failed, 8 when it was cancelled or superseded */
export function requireLive(deployment: Deployment): void {
  const { number, status } = deployment;
  if (status === 'failed') throw new CliError(exitCodes.deploymentFailed, failureText(deployment));
  if (status !== 'cancelled' && status !== 'superseded') return;
  const text = [`Deployment #${number} was ${status}.`, deployment.outcome ?? ''].join(' ').trim();
  throw new CliError(exitCodes.deploymentStopped, text);
}

export function failureText({ number, failure, outcome }: Deployment): string {
  const lines = [`Deployment #${number} failed: ${failure?.cause ?? 'no cause was recorded'}`];
  if (failure) lines.push(failure.message);
  if (failure && failure.evidence.length > 0) lines.push('Evidence:', ...failure.evidence.map((line) => `  | ${line}`));
  if (failure) lines.push(`Next step: ${failure.nextStep}`);
  if (outcome !== null) lines.push(outcome);
  return lines.join('\n');
}

function summary(deployment: Deployment): string {
  const took = Object.entries(deployment.durations).map(([phase, spent]) => `${phase} ${duration(spent)}`);
  const commit = shortCommit(deployment.commit);
  const what = [`v${deployment.release}`, ...(commit ? [commit] : [])].join(' ');
  return `Live: ${what}${took.length > 0 ? ` (${took.join(', ')})` : ''}`;
}
