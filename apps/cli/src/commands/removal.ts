import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { usageError } from '../errors.js';
import { isInteractive } from '../io.js';
import { everyPage } from '../output/pages.js';
import { ask } from './auth/credentials.js';

export interface RemovalOptions {
  readonly yes?: boolean;
}

export const removable = (command: Command): Command =>
  command.argument('<name>').option('--yes', 'do not ask for the name once more');

/** Whoever deletes says the name twice, or `--yes`. @throws CliError 2 */
export const confirmRemoval = (context: Context, what: string, name: string, given: RemovalOptions): Promise<void> =>
  confirm(context, `This deletes ${what}.`, name, given);

/** The same for what is dangerous in another way, which `sentence` says. @throws CliError 2 */
export async function confirm({ io }: Context, sentence: string, name: string, given: RemovalOptions): Promise<void> {
  if (given.yes) return;
  if (!isInteractive(io)) throw usageError(sentence, 'Say --yes if that is meant.');
  const typed = await ask(io, `${sentence} Type ${name} to go on`);
  if (typed !== name) throw usageError('That is another name: nothing was done.');
}

/** Ends all that runs of an app, or in an environment. Answers what was there; its instances end in the background. */
export async function removeWorkloads(
  { client }: Context,
  of: { app: string } | { environment: string },
): Promise<Schemas['Workload'][]> {
  const workloads = await everyPage((cursor) =>
    client.GET('/v1/workloads', { params: { query: { ...of, ...(cursor === undefined ? {} : { cursor }) } } }),
  );
  // With an environment goes whatever uses them.
  const query = { evenIfUsed: 'environment' in of ? ('true' as const) : ('false' as const) };
  for (const { id } of workloads)
    await answerOf(client.DELETE('/v1/workloads/{id}', { params: { path: { id }, query } }));
  return workloads;
}

export const removalText = (what: string, ending: number, where: string): string =>
  ending === 0 ? `${what} is deleted.` : `${what} is deleted; what ran ${where} is ending.`;
