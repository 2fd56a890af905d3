import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { countsText } from '../../deploying/canary-lines.js';
import { failureText } from '../../deploying/settle.js';
import { duration, time } from '../../output/format.js';
import { peopleOf } from '../../output/people.js';
import { record, table } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { findDeployment } from './find-deployment.js';
import { sourceOf } from './list.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[deployment]', 'id or number; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const deployment = await findDeployment(context, wanted);
  await context.out.result(deployment, () => describe(context, deployment));
}

async function describe(context: Context, deployment: Schemas['Deployment']): Promise<string> {
  const { organizationId, createdBy, timeline } = deployment;
  const name = await peopleOf(context, organizationId, [createdBy, ...timeline.map(({ actor }) => actor)]);
  return [
    about(deployment, name),
    ...canaryOf(deployment),
    await told(deployment, name),
    ...(deployment.failure ? [failureText(deployment)] : []),
  ].join('\n\n');
}

type Naming = (subject: string) => string;

const about = (each: Schemas['Deployment'], name: Naming): string =>
  record({
    Deployment: `#${each.number}`,
    Id: each.id,
    Status: each.status,
    Source: sourceOf(each.source),
    Commit: each.commit,
    Release: each.release === null ? null : `v${each.release}`,
    URL: each.url,
    Started: `${time(each.createdAt)} by ${name(each.createdBy)}`,
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

const told = (each: Schemas['Deployment'], name: Naming): Promise<string> =>
  table(
    ['time', 'status', 'by', 'message'],
    each.timeline.map((entry) => [time(entry.at), entry.to, name(entry.actor), entry.message]),
  );
