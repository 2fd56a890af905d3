import { answerOf } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { parseLabels } from '../../parsing/labels.js';
import { inProject } from '../options.js';

const kinds = ['development', 'staging', 'production'] as const;
type Kind = (typeof kinds)[number];

interface Options {
  readonly kind?: Kind;
  readonly cluster?: string;
  readonly region?: readonly string[];
  readonly label?: readonly string[];
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .addOption(new Option('--kind <kind>', 'what it is for; by its name, else development').choices(kinds))
    .option('--cluster <name>', 'where its workloads are placed, instead of where the platform itself runs them')
    .option('--region <region...>', 'where its workloads and their data have to stay')
    .option('--label <key=value...>', 'labels that hold from the beginning');

export async function run(
  { client, out, selection }: Context,
  { kind, cluster, region, label }: Options,
  slug: string,
): Promise<void> {
  const project = await selection.project();
  const body = {
    projectId: project.id,
    slug,
    kind: kind ?? kindNamed(slug),
    ...(cluster !== undefined && { cluster }),
    ...(region && { regions: [...region] }),
    ...(label && { labels: parseLabels(label) }),
  };
  const made = await answerOf(client.POST('/v1/environments', { body }));
  await out.result(made, () => `Environment ${made.slug} (${made.kind}) is made in ${project.slug}.`);
}

const kindNamed = (slug: string): Kind => kinds.find((kind) => kind === slug) ?? 'development';
