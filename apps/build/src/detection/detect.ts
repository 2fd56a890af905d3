import type { BuildFailure } from '../builds/build-failure.js';
import { type BerthYaml, parseBerthYaml } from './berth-yaml.js';
import { type BuildPlan, type BuildStep, emptyPlan, type PlannedProcess, shellWord, step } from './build-plan.js';
import { declareProcesses, detectFailed } from './detect-failed.js';
import type { FileTree } from './file-tree.js';
import { detectGo, noGoEntry } from './go.js';
import { detectNode } from './node.js';
import { parseProcfile } from './procfile.js';
import { detectPython, noPythonEntry } from './python.js';
import { detectStatic } from './static-site.js';

/** What the app's settings say; null or absent: as detected. */
export interface PlanSettings {
  /** Folder of the app inside its source; absent or empty: the whole source is the app. */
  readonly rootFolder?: string;
  readonly installCommand: string | null;
  readonly buildCommand: string | null;
}

export const staticServer = '.berth/static-server.mjs';

const lookedFor =
  'looked for: Procfile, berth.yaml, go.mod, package.json, requirements.txt, pyproject.toml, Pipfile, setup.py, index.html (also in public/ and dist/)';

/**
 * Files -> plan. Who speaks louder: the app's settings, then berth.yaml, then the Procfile, then what the files look like.
 * @throws BuildFailure detect_failed
 */
export async function detect(tree: FileTree, settings: PlanSettings): Promise<BuildPlan> {
  const yaml = await readBerthYaml(tree);
  const procfile = parseProcfile((await tree.read('Procfile')) ?? '');
  const declared = mergeProcesses(procfile, yaml);
  const startIsKnown = declared.length > 0 || yaml.static !== undefined;
  const detected = await detectLanguage(tree, startIsKnown, !/^[./]*$/.test(settings.rootFolder ?? ''));
  if (!detected && declared.length === 0 && !yaml.static) throw await noKnownKind(tree);
  return completed(withOverrides(detected ?? emptyPlan, declared, yaml, settings));
}

async function readBerthYaml(tree: FileTree): Promise<BerthYaml> {
  const text = await tree.read('berth.yaml');
  return text === null ? {} : parseBerthYaml(text);
}

/** A language that cannot tell how to start the app is no failure when the source says it. */
async function detectLanguage(tree: FileTree, startIsKnown: boolean, isNested: boolean): Promise<BuildPlan | null> {
  for (const detectOne of [detectGo, detectNode, detectPython, detectStatic]) {
    const plan = await detectOne(tree, startIsKnown, isNested);
    if (plan) return plan;
  }
  return null;
}

/** Files that tell of a kind of app that cannot be built here. */
const otherKinds: readonly (readonly [file: string, kind: string])[] = [
  ['Gemfile', 'a Ruby app'],
  ['composer.json', 'a PHP app'],
  ['index.php', 'a PHP app'],
  ['pom.xml', 'a Java app'],
  ['build.gradle', 'a Java app'],
  ['build.gradle.kts', 'a Java app'],
  ['Cargo.toml', 'a Rust app'],
  ['mix.exs', 'an Elixir app'],
  ['deno.json', 'a Deno app'],
  ['Dockerfile', 'an app with a Dockerfile'],
];

const useAnother =
  'Node, Python, Go and static sites are built as they are. Anything else needs a Procfile, its build commands in berth.yaml (build.install, build.command), and its tools on the machine that builds.';

async function noKnownKind(tree: FileTree): Promise<BuildFailure> {
  const files = await tree.files('');
  const other = otherKinds.find(([file]) => files.includes(file));
  if (other)
    return detectFailed(`This looks like ${other[1]} (${other[0]}), which is not built here.`, useAnother, [lookedFor]);
  return detectFailed('Nothing in the source says what kind of app it is.', declareProcesses, [lookedFor]);
}

function mergeProcesses(procfile: readonly PlannedProcess[], { processes = {} }: BerthYaml): PlannedProcess[] {
  const byName = new Map(procfile.map(({ name, command }) => [name, command]));
  for (const [name, command] of Object.entries(processes)) byName.set(name, command);
  return [...byName].map(([name, command]) => ({ name, command }));
}

function withOverrides(
  plan: BuildPlan,
  declared: readonly PlannedProcess[],
  yaml: BerthYaml,
  settings: PlanSettings,
): BuildPlan {
  const install = overridden(plan.install, settings.installCommand, yaml.build?.install);
  return {
    ...plan,
    install,
    build: overridden(plan.build, settings.buildCommand, yaml.build?.command),
    processes: declared.length > 0 ? declared : plan.processes,
    environment: { ...plan.environment, ...yaml.environment },
    // A command of the owner's may depend on more files than we know of.
    dependencies: install === plan.install ? plan.dependencies : null,
    serve: serveFolders(plan, declared, yaml),
    singlePage: yaml.static ? (yaml.static.singlePage ?? false) : plan.singlePage,
  };
}

function overridden(
  detected: BuildStep | null,
  setting: string | null,
  yaml: string | null | undefined,
): BuildStep | null {
  const command = setting ?? yaml;
  if (command === undefined) return detected;
  return command === null || command.trim() === '' ? null : step(command, { ...detected?.environment });
}

function serveFolders(plan: BuildPlan, declared: readonly PlannedProcess[], yaml: BerthYaml): readonly string[] {
  if (yaml.static) return [yaml.static.folder || '.'];
  return declared.some(({ name }) => name === 'web') ? [] : plan.serve;
}

/** The web process of a site is our own file server; a source that starts nothing is refused. */
function completed(plan: BuildPlan): BuildPlan {
  const others = plan.processes.filter(({ name }) => name !== 'web' || plan.serve.length === 0);
  const flags = plan.singlePage ? ['--single-page'] : [];
  const web = { name: 'web', command: ['node', staticServer, ...flags, ...plan.serve.map(shellWord)].join(' ') };
  const processes = plan.serve.length > 0 ? [web, ...others] : others;
  if (processes.length > 0) return { ...plan, processes };
  if (plan.language === 'python') throw noPythonEntry();
  if (plan.language === 'go') throw noGoEntry();
  throw detectFailed('Nothing in the source says how to start the app.', declareProcesses, [lookedFor]);
}
