import { z } from 'zod';
import { isInnerPath } from './berth-yaml.js';
import type { FileTree } from './file-tree.js';

/** Where the usual generators put a finished site: Vite, Create React App, Next export, Nuxt, Gatsby, Eleventy, VitePress. */
const usual = ['dist', 'build', 'out', '.output/public', 'public', '_site', '.vitepress/dist', 'docs/.vitepress/dist'];

/** Below 1 MiB of angular.json: what says where each project is built to. https://angular.dev/reference/configs/workspace-config */
const workspace = z.looseObject({
  projects: z.record(
    z.string(),
    z.looseObject({
      architect: z
        .looseObject({ build: z.looseObject({ options: z.looseObject({ outputPath: z.unknown() }).optional() }) })
        .optional()
        .catch(undefined),
    }),
  ),
});
const outputPath = z.union([
  z.string(),
  z
    .looseObject({ base: z.string(), browser: z.string().default('browser') })
    .transform((path) => `${path.base}/${path.browser}`),
]);

/** Folders in which a build may leave a site, the likeliest first. */
export async function siteFolders(tree: FileTree): Promise<string[]> {
  const text = await tree.read('angular.json');
  return [...(text === null ? [] : angularFolders(text)), ...usual];
}

function angularFolders(text: string): string[] {
  const read = workspace.safeParse(parsedOrNothing(text));
  if (!read.success) return [];
  return Object.entries(read.data.projects).flatMap(([name, { architect }]) => {
    const told = outputPath.safeParse(architect?.build.options?.outputPath);
    const folder = (told.success ? told.data : `dist/${name}`).replace(/\/+$/, '');
    return isInnerPath(folder) ? [`${folder}/browser`, folder] : [];
  });
}

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the app's own build will say it
  }
}

const bundler =
  '(?:react-scripts|react-app-rewired|craco) start|ng s(?:erve)?|vue-cli-service serve|vite(?: (?:dev|serve|preview))?|webpack(?: serve|-dev-server)|parcel|gatsby (?:develop|serve)|astro (?:dev|preview)|rsbuild (?:dev|preview)|vitepress (?:dev|preview)|docusaurus (?:start|serve)|eleventy --serve|ember s(?:erve)?';
const developmentServer = new RegExp(
  `^(?:[A-Z_]+=\\S*\\s+|cross-env\\s+|npx\\s+)*(?:${bundler})(?:\\s+(?!build\\b)\\S+)*$`,
);

/** True for a command that serves a site to who develops it: not made for visitors, and mostly deaf to PORT. */
export const isDevelopmentServer = (command: string): boolean =>
  developmentServer.test(command.trim().replaceAll(/[ \t]+/g, ' '));
