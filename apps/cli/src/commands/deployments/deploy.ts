import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { settle, type WaitOptions, waiting } from '../../deploying/settle.js';
import { usageError } from '../../errors.js';
import { appFolder } from '../../source/app-folder.js';
import { uploadSource } from '../../source/upload-source.js';
import { ofWorkload } from '../options.js';
import { dryRun } from './dry-run.js';

interface Options extends WaitOptions {
  readonly ref?: string;
  readonly dir?: string;
  readonly dryRun?: boolean;
}

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .option('--ref <ref>', "branch, tag or commit instead of the app's branch")
    .option('--dir <path>', 'folder to upload, of an app made with --dir')
    .option('--dry-run', 'show what would change and what that would cost; nothing is stored');

export async function run(context: Context, given: Options): Promise<void> {
  const { client, selection } = context;
  const app = await selection.app();
  const folder = checked(context, app, given);
  const workload = await selection.workloadOrNew();
  const source: Schemas['CreateDeployment']['source'] =
    folder === undefined
      ? { kind: 'git', ...(given.ref === undefined ? {} : { ref: given.ref }) }
      : { kind: 'upload', uploadId: await uploadSource(context, app, folder) };
  if (given.dryRun) return dryRun(context, workload, source);
  const path = { params: { path: { id: workload.id } } };
  const started = await answerOf(client.POST('/v1/workloads/{id}/deployments', { ...path, body: { source } }));
  await settle(context, started as Schemas['Deployment'], given);
}

/** The folder to upload; undefined for an app that comes from Git. */
function checked(context: Context, app: Schemas['App'], given: Options): string | undefined {
  if (app.source.kind === 'upload') {
    if (given.ref !== undefined) throw usageError(`${app.slug} is uploaded from a folder: it has no --ref.`);
    return appFolder(context, app.slug, given.dir);
  }
  if (given.dir !== undefined) throw usageError(`${app.slug} is deployed from ${app.source.url}: it has no --dir.`);
  return undefined;
}
