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
  readonly image?: string;
  readonly dryRun?: boolean;
}

export const options = (command: Command): Command =>
  waiting(ofWorkload(command))
    .option('--ref <ref>', "branch, tag or commit instead of the app's branch")
    .option('--dir <path>', 'folder to upload, of an app made with --dir')
    .option(
      '--image <image>',
      'image that was built elsewhere, instead of a build: registry/name:tag or registry/name@sha256:...',
    )
    .option('--dry-run', 'show what would change and what that would cost; nothing is stored');

export async function run(context: Context, given: Options): Promise<void> {
  const { client, selection } = context;
  const app = await selection.app();
  const folder = checked(context, app, given);
  if (given.dryRun) return dryRun(context, await selection.workload(), await sourceOf(app, given, folder, unsent));
  const workload = await selection.workloadOrNew();
  const source = await sourceOf(app, given, folder, (from) => uploadSource(context, app, from));
  const params = { path: { id: workload.id } };
  const started = await answerOf(client.POST('/v1/workloads/{id}/deployments', { params, body: { source } }));
  await settle(context, started as Schemas['Deployment'], given);
}

type Source = Schemas['CreateDeployment']['source'];

async function sourceOf(
  app: Schemas['App'],
  { ref, image }: Options,
  folder: string | undefined,
  upload: Upload,
): Promise<Source> {
  if (image !== undefined) return { kind: 'image', image };
  if (app.source.kind === 'image') return { kind: 'image' };
  if (folder !== undefined) return { kind: 'upload', uploadId: await upload(folder) };
  return { kind: 'git', ...(ref === undefined ? {} : { ref }) };
}

type Upload = (folder: string) => Promise<string>;

/** A dry run stores nothing, so nothing is sent: what a build would make of it is not known before the build anyway. */
const unsent: Upload = () => Promise.resolve(crypto.randomUUID());

/** The folder to upload; undefined for what comes from Git or is an image. */
function checked(context: Context, app: Schemas['App'], given: Options): string | undefined {
  const isImage = given.image !== undefined || app.source.kind === 'image';
  if (isImage && (given.ref ?? given.dir) !== undefined)
    throw usageError('An image is deployed as it is: --ref and --dir go with a source.');
  if (isImage) return undefined;
  if (app.source.kind === 'upload') {
    if (given.ref !== undefined) throw usageError(`${app.slug} is uploaded from a folder: it has no --ref.`);
    return appFolder(context, app.slug, given.dir);
  }
  if (given.dir !== undefined) throw usageError(`${app.slug} is deployed from Git: it has no --dir.`);
  return undefined;
}
