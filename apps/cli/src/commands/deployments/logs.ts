import type { Schemas, StreamedEvent } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[deployment]', 'id or number; without it, the newest');

/** What its build said, and goes on saying until it has ended. */
export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const { client, out, signal } = context;
  const { buildId, number } = await findDeployment(context, wanted);
  if (buildId === null) return out.note(`Deployment #${number} has no build.`);
  const isLast = (event: StreamedEvent): boolean => event.event === 'end';
  for await (const event of client.eventStream(`/v1/builds/${buildId}/logs`, { isLast, signal })) {
    if (isLast(event)) return;
    const line = event.data as Schemas['BuildLogLine'];
    out.line(out.json ? JSON.stringify(line) : line.text);
  }
  signal.throwIfAborted();
}
