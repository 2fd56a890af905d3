import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { parseLabels } from '../../parsing/labels.js';
import { LINK_FILE, readLink, writeLink } from '../../selection/link-file.js';
import { inProject } from '../options.js';

interface Options {
  readonly git?: string;
  readonly branch?: string;
  readonly dir?: string;
  readonly image?: string;
  readonly root?: string;
  readonly label?: readonly string[];
  readonly link: boolean;
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--git <url>', 'Git repository, or a path on the machine of the platform where that is allowed')
    .option('--branch <branch>', 'branch that is deployed (default: main)')
    .option('--dir <path>', 'folder that is uploaded at each deploy, instead of a repository')
    .option(
      '--image <image>',
      'image that was built elsewhere, instead of a source: registry/name:tag or registry/name@sha256:...',
    )
    .option('--root <folder>', 'folder of the app inside its source')
    .option('--label <key=value...>', 'labels that hold from the beginning')
    .option('--no-link', `do not write ${LINK_FILE}`);

export async function run(context: Context, given: Options, slug: string): Promise<void> {
  const { client, out, selection } = context;
  const source = sourceOf(context.io.folder, given);
  const project = await selection.project();
  const further = {
    ...(given.root !== undefined && { build: { rootFolder: given.root } }),
    ...(given.label && { labels: parseLabels(given.label) }),
  };
  const made = await answerOf(client.POST('/v1/apps', { body: { projectId: project.id, slug, source, ...further } }));
  await out.result(made, () => `App ${made.slug} is made in ${project.slug}.`);
  if (given.link && given.image === undefined)
    await linkFolder(context, resolve(context.io.folder, given.dir ?? '.'), made, project.slug);
}

function sourceOf(folder: string, { git, branch, dir, image }: Options): Schemas['CreateApp']['source'] {
  if ([git, dir, image].filter((each) => each !== undefined).length !== 1)
    throw usageError('Say what the app is: --git URL, --dir PATH or --image IMAGE');
  if (git !== undefined) return { kind: 'git', url: gitUrl(folder, git), ...(branch === undefined ? {} : { branch }) };
  if (branch !== undefined) throw usageError('There is no branch: --branch goes with --git.');
  if (image !== undefined) return { kind: 'image', image };
  if (!isFolder(resolve(folder, dir ?? ''))) throw usageError(`"${dir}" is not a folder.`);
  return { kind: 'upload' };
}

/** A path is one from here, whatever folder the platform runs in. */
const gitUrl = (folder: string, url: string): string => (/^\.{0,2}\/|^\.{1,2}$/.test(url) ? resolve(folder, url) : url);

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Later commands in the folder are about this app, unless it belongs to another one already. */
async function linkFolder(context: Context, folder: string, app: Schemas['App'], project: string): Promise<void> {
  const { out, selection } = context;
  const linked = await readLink(folder);
  if (linked?.app !== undefined && linked.app !== app.slug) {
    return out.note(`${folder} belongs to ${linked.app} (${LINK_FILE}); say --app ${app.slug} there.`);
  }
  await writeLink(folder, { organization: (await selection.organization()).slug, project, app: app.slug });
}
