import { z } from 'zod';
import { type BuildPlan, emptyPlan, type PlannedProcess, shellWord, step, type Tool } from './build-plan.js';
import { isDevelopmentServer, siteFolders } from './bundled-site.js';
import { declareProcesses, detectFailed } from './detect-failed.js';
import type { FileTree } from './file-tree.js';

const names = z.record(z.string(), z.unknown()).catch({});

/** What matters here of package.json. Everything else in it is npm's business. */
const packageJson = z.looseObject({
  main: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).catch({}).default({}),
  engines: z.looseObject({ node: z.string().optional() }).optional().catch(undefined),
  dependencies: names.default({}),
  devDependencies: names.default({}),
  optionalDependencies: names.default({}),
  workspaces: z.unknown().optional(),
});
type PackageJson = z.infer<typeof packageJson>;

type Manager = 'npm' | 'pnpm' | 'yarn';

interface Project {
  readonly json: PackageJson;
  readonly manager: Manager;
  readonly lockfile: string | null;
  /** Yarn 2 or later. */
  readonly modernYarn: boolean;
  /** In a folder of a larger source, which may be a workspace that its tools would install instead. */
  readonly isNested: boolean;
}

const lockfiles: readonly (readonly [string, Manager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];
const lifecycleScripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
/** Null: not a Node app. @throws BuildFailure detect_failed when it is one, but nothing says how to start it */
export async function detectNode(tree: FileTree, startIsKnown: boolean, isNested: boolean): Promise<BuildPlan | null> {
  const text = await tree.read('package.json');
  if (text === null) return null;
  const project = { ...(await inspect(tree, parsePackage(text))), isNested };
  const install = hasDependencies(project.json) ? installStep(project) : null;
  const build = project.json.scripts.build === undefined ? null : step(`${project.manager} run build`, production);
  const isSite = build !== null && isDevelopmentServer(project.json.scripts.start ?? '');
  const web = startIsKnown || isSite ? null : await webProcess(tree, project.json, project.manager);
  return {
    ...emptyPlan,
    language: 'node',
    base: { tools: toolsOf(project, install !== null || build !== null), wanted: project.json.engines?.node ?? null },
    install,
    build,
    processes: web ? [web] : [],
    environment: production,
    path: ['node_modules/.bin'],
    dependencies: install ? dependenciesOf(project) : null,
    caches: install ? cachesOf(project.manager) : {},
    serve: !web && build ? await siteFolders(tree) : [],
    singlePage: !web && build !== null,
    notices: noticesOf(project, install !== null, isSite && !startIsKnown),
  };
}

const noticesOf = ({ lockfile, json }: Project, installs: boolean, isSite: boolean): string[] => [
  ...(lockfile || !installs ? [] : ['There is no lockfile: two builds may get different dependencies.']),
  ...(isSite
    ? [
        `"${json.scripts.start}" is a server for development: what "build" makes is served instead. A Procfile can say otherwise.`,
      ]
    : []),
];

const production = { NODE_ENV: 'production' };

function parsePackage(text: string): PackageJson {
  try {
    return packageJson.parse(JSON.parse(text.replace(/^\u{feff}/u, '')));
  } catch {
    throw detectFailed(
      'package.json is not valid JSON.',
      'Correct package.json; "npm pkg get name" shows whether npm can read it.',
    );
  }
}

async function inspect(tree: FileTree, json: PackageJson): Promise<Omit<Project, 'isNested'>> {
  const files = await tree.files('');
  const locked = lockfiles.find(([name]) => files.includes(name));
  const named = /^(npm|pnpm|yarn)@/.exec(json.packageManager ?? '')?.[1] as Manager | undefined;
  const manager = named ?? locked?.[1] ?? 'npm';
  const lockfile = lockfiles.find(([name, owner]) => owner === manager && files.includes(name))?.[0] ?? null;
  const modernYarn = lockfile === 'yarn.lock' && ((await tree.read('yarn.lock')) ?? '').includes('__metadata:');
  return { json, manager, lockfile, modernYarn };
}

const hasDependencies = ({ dependencies, devDependencies, optionalDependencies, workspaces, scripts }: PackageJson) =>
  [dependencies, devDependencies, optionalDependencies].some((each) => Object.keys(each).length > 0) ||
  workspaces !== undefined ||
  runsOwnScripts(scripts);

const runsOwnScripts = (scripts: Readonly<Record<string, string>>): boolean =>
  lifecycleScripts.some((name) => scripts[name] !== undefined);

/** Dependencies for development are left out of an app that builds nothing. */
function installStep({ json, manager, lockfile, modernYarn, isNested }: Project) {
  const alone = isNested && json.workspaces === undefined;
  const all = json.scripts.build !== undefined || runsOwnScripts(json.scripts);
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
  if (manager === 'pnpm')
    return step(
      `pnpm install${alone ? ' --ignore-workspace' : ''}${lockfile ? ' --frozen-lockfile' : ''}${all ? ' --prod=false' : ' --prod'}`,
      quiet,
    );
  if (manager === 'yarn' && modernYarn) return step('yarn install --immutable', { YARN_NODE_LINKER: 'node-modules' });
  if (manager === 'yarn')
    return step(`yarn install --non-interactive${lockfile ? ' --frozen-lockfile' : ''} --production=${!all}`);
  const how = `${lockfile ? 'ci' : 'install --no-package-lock'}${alone ? ' --no-workspaces' : ''}`;
  return step(`npm ${how} --${all ? 'include' : 'omit'}=dev`, quiet);
}

const dependenciesOf = ({ json, lockfile }: Project) => ({
  folder: 'node_modules',
  files: ['package.json', ...(lockfile ? [lockfile] : []), '.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml'],
  reusable: !runsOwnScripts(json.scripts) && json.workspaces === undefined,
});

function cachesOf(manager: Manager): Record<string, string> {
  if (manager === 'pnpm') return { npm_config_store_dir: 'pnpm', npm_config_cache: 'npm' };
  return manager === 'yarn' ? { YARN_CACHE_FOLDER: 'yarn' } : { npm_config_cache: 'npm' };
}

const toolsOf = ({ manager }: Project, needsManager: boolean): Tool[] => (needsManager ? ['node', manager] : ['node']);

async function webProcess(tree: FileTree, json: PackageJson, manager: Manager): Promise<PlannedProcess | null> {
  const start = json.scripts.start;
  if (start !== undefined) return { name: 'web', command: startCommand(json, start, manager) };
  const file = await serverFile(tree, json);
  if (file) return { name: 'web', command: `node ${shellWord(file)}` };
  if (json.scripts.build !== undefined) return null;
  throw detectFailed(
    'This is a Node app, but nothing says how to start it.',
    `Add a "start" script to package.json. ${declareProcesses}`,
    ['looked for: scripts.start, main, server.js, index.js, app.js, scripts.build'],
  );
}

/** The script itself rather than `npm start`: one process and 50 MB less in every instance, and signals arrive. */
function startCommand({ scripts }: PackageJson, start: string, manager: Manager): string {
  const needsManager = scripts.prestart !== undefined || scripts.poststart !== undefined || /npm_|\p{Cc}/u.test(start);
  return needsManager || start.trim() === '' ? `${manager} start` : start;
}

async function serverFile(tree: FileTree, { main, scripts }: PackageJson): Promise<string | null> {
  const candidates = ['server.js', 'server.mjs', 'server.cjs', 'index.js', 'index.mjs', 'app.js'];
  // A main that a build has yet to write is trusted.
  if (main && (scripts.build !== undefined || (await tree.read(main)) !== null)) return main;
  const files = await tree.files('');
  return candidates.find((name) => files.includes(name)) ?? null;
}
