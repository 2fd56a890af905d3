import { type BuildPlan, emptyPlan } from './build-plan.js';
import type { FileTree } from './file-tree.js';

const folders = ['', 'public', 'dist', 'build', 'site', '_site', 'docs', 'www'];

/** Null: no folder of the usual ones holds an index.html. */
export async function detectStatic(tree: FileTree): Promise<BuildPlan | null> {
  for (const folder of folders)
    if ((await tree.files(folder)).includes('index.html'))
      return { ...emptyPlan, language: 'static', serve: [folder === '' ? '.' : folder] };
  return null;
}
