import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { countsText } from '../../deploying/canary-lines.js';
import { failureText } from '../../deploying/settle.js';
import { duration, time } from '../../output/format.js';
import { record, table } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';
import { sourceOf } from './list.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[deployment]', 'id or number; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const deployment = await findDeployment(context, wanted);
  await context.out.result(deployment, async () =>
    [
      about(deployment),
      ...canaryOf(deployment),
      await timeline(deployment),
      ...(deployment.failure ? [failureText(deployment)] : []),
    ].join('\n\n'),
  );
}

const about = (each: Schemas['Deployment']): string =>
  record({
    Deployment: `#${each.number}`,
    Id: each.id,
    Status: each.status,
    Source: sourceOf(each.source),
    Commit: each.commit,
    Release: each.release === null ? null : `v${each.release}`,
    URL: each.url,
    Started: `${time(each.createdAt)} by ${each.createdBy}`,
    Ended: time(each.endedAt),
    Phases: Object.entries(each.durations)
      .map(([phase, spent]) => `${phase} ${duration(spent)}`)
      .join(', '),
    Outcome: each.outcome,
  });

const canaryOf = ({ canary, release }: Schemas['Deployment']): string[] =>
  canary
    ? [[`Canary, ${canary.state}:`, ...canary.counts.map((step) => `  ${countsText(step, release)}`)].join('\n')]
    : [];

const timeline = (each: Schemas['Deployment']): Promise<string> =>
  table(
    ['time', 'status', 'by', 'message'],
    each.timeline.map((entry) => [time(entry.at), entry.to, entry.actor, entry.message]),
  );
