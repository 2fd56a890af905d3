import { type BuildPlan, emptyPlan, type PlannedProcess, shellWord, step } from './build-plan.js';
import { declareProcesses, detectFailed } from './detect-failed.js';
import type { FileTree } from './file-tree.js';
import { readPipfile } from './pipfile.js';
import { constraintsOf, type PythonProject, readPyproject } from './pyproject.js';

/** Inside the slug. Not a virtual environment: those hold absolute paths, and a slug runs elsewhere than where it was built. */
const packages = '.berth/python';
const entryFiles = ['app.py', 'main.py', 'wsgi.py', 'asgi.py', 'server.py', 'application.py', 'run.py'];
const address = '--host "${HOST:-0.0.0.0}" --port "$PORT"';
const bind = '--bind "${HOST:-0.0.0.0}:$PORT"';

const requirementsFile = '.berth/requirements.txt';
const constraintsFile = '.berth/constraints.txt';

interface Project {
  readonly requirements: string | null;
  readonly pyproject: PythonProject | null;
  /** Exact versions that a lock file names. */
  readonly locked: readonly string[];
  /** Names of the packages that it asks for, in lower case with hyphens. */
  readonly asks: ReadonlySet<string>;
}

/** Null: not a Python app. @throws BuildFailure detect_failed when pyproject.toml cannot be read */
export async function detectPython(tree: FileTree): Promise<BuildPlan | null> {
  const project = await inspect(tree);
  if (!project) return null;
  const web = await webProcess(tree, project);
  const install = installOf(project);
  return {
    ...emptyPlan,
    language: 'python',
    base: {
      tools: ['python3'],
      wanted: project.pyproject?.wantedPython ?? ((await tree.read('.python-version'))?.trim() || null),
    },
    install: install && step(`python3 -m pip install --no-compile --target ${packages} ${install.what}`, quiet),
    files: install?.files ?? {},
    processes: web ? [web] : [],
    environment: { PYTHONPATH: packages, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    path: [`${packages}/bin`],
    dependencies: install && { folder: packages, files: dependencyFiles, reusable: install.reusable },
    caches: { PIP_CACHE_DIR: 'pip' },
  };
}

const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1', PIP_ROOT_USER_ACTION: 'ignore' };
const dependencyFiles = [
  ...['requirements.txt', 'constraints.txt', 'pyproject.toml', 'uv.lock', 'poetry.lock'],
  ...['Pipfile', 'Pipfile.lock'],
];

async function inspect(tree: FileTree): Promise<Project | null> {
  const requirements = await tree.read('requirements.txt');
  const files = await tree.files('');
  const bare = files.includes('manage.py') || files.includes('app.py') || files.includes('main.py');
  const pyproject = await describedProject(tree);
  if (requirements === null && pyproject === null && !bare) return null;
  const lock = (await tree.read('uv.lock')) ?? (await tree.read('poetry.lock')) ?? '';
  const asked = requirementNames([requirements ?? '', ...(pyproject?.requirements ?? [])].join('\n'));
  return { requirements, pyproject, locked: constraintsOf(lock), asks: new Set(asked) };
}

/** By pyproject.toml; by Pipfile where that asks for nothing, as when it holds the settings of tools; by setup.py. */
async function describedProject(tree: FileTree): Promise<PythonProject | null> {
  const text = await tree.read('pyproject.toml');
  const pyproject = text === null ? null : readPyproject(text, await tree.folders(''));
  if (pyproject && (pyproject.isPackage || pyproject.requirements.length > 0)) return pyproject;
  const pipfile = await tree.read('Pipfile');
  if (pipfile !== null) return readPipfile(pipfile, await tree.read('Pipfile.lock'));
  if (pyproject) return pyproject;
  const hasSetup = (await tree.files('')).includes('setup.py');
  return hasSetup ? { requirements: [], wantedPython: null, isPackage: true } : null;
}

interface Install {
  /** What pip is told to install. */
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly reusable: boolean;
}

/** requirements.txt first; then the package that pyproject.toml describes, or what it lists when the app is none. */
function installOf({ requirements, pyproject, locked }: Project): Install | null {
  if (requirements !== null) return { what: '-r requirements.txt', files: {}, reusable: namesNoFile(requirements) };
  if (!pyproject || (!pyproject.isPackage && pyproject.requirements.length === 0)) return null;
  const constraints: Record<string, string> = locked.length > 0 ? { [constraintsFile]: linesOf(locked) } : {};
  const limited = locked.length > 0 ? ` --constraint ${constraintsFile}` : '';
  // A package install also packs the app itself, so nothing of it can be kept.
  if (pyproject.isPackage) return { what: `.${limited}`, files: constraints, reusable: false };
  const list = linesOf(pyproject.requirements);
  return {
    what: `-r ${requirementsFile}${limited}`,
    files: { [requirementsFile]: list, ...constraints },
    reusable: namesNoFile(list),
  };
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line.replaceAll(/\s+/g, ' ')}\n`).join('');

const namesNoFile = (requirements: string): boolean => !/^\s*(-|\.|\/|file:)/m.test(requirements);

/** PEP 508 names; options and comments are passed over. */
const requirementNames = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const name = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(line)?.[1];
    return name ? [name.toLowerCase().replaceAll(/[-_.]+/g, '-')] : [];
  });

async function webProcess(tree: FileTree, { asks }: Project): Promise<PlannedProcess | null> {
  const command =
    (await djangoCommand(tree, asks)) ??
    (await frameworkCommand(tree, asks)) ??
    (await streamlitCommand(tree, asks)) ??
    (await plainCommand(tree));
  return command === null ? null : { name: 'web', command };
}

async function djangoCommand(tree: FileTree, asks: ReadonlySet<string>): Promise<string | null> {
  if ((await tree.read('manage.py')) === null) return null;
  for (const folder of await tree.folders('')) {
    if (!asks.has('gunicorn') || !/^\w+$/.test(folder) || (await tree.read(`${folder}/wsgi.py`)) === null) continue;
    return `python3 -m gunicorn ${bind} ${folder}.wsgi`;
  }
  return 'python3 manage.py runserver --noreload "${HOST:-0.0.0.0}:$PORT"';
}

async function frameworkCommand(tree: FileTree, asks: ReadonlySet<string>): Promise<string | null> {
  for (const { file, module } of await modulesOf(tree)) {
    const text = await tree.read(file);
    const app = text && /^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?(Flask|FastAPI|Starlette|Quart)\(/m.exec(text);
    if (app) return serveCommand(module, app[1] ?? 'app', app[2] ?? '', asks);
    if (text && /^def create_app\(/m.test(text) && asks.has('flask'))
      return asks.has('gunicorn')
        ? `python3 -m gunicorn ${bind} '${module}:create_app()'`
        : `python3 -m flask --app ${module} run ${address}`;
  }
  return null;
}

const otherFolders = /^(\.|_|tests?$|docs?$|scripts$|migrations$)/;

/** Where an app object may stand: in a file at the top, else in a package there. */
async function modulesOf(tree: FileTree): Promise<{ file: string; module: string }[]> {
  const folders = (await tree.folders('')).filter((name) => /^\w+$/.test(name) && !otherFolders.test(name));
  const top = entryFiles.map((file) => ({ file, module: file.slice(0, -'.py'.length) }));
  const inner = folders.flatMap((folder) => [
    { file: `${folder}/__init__.py`, module: folder },
    ...top.map(({ file, module }) => ({ file: `${folder}/${file}`, module: `${folder}.${module}` })),
  ]);
  return [...top, ...inner];
}

function serveCommand(module: string, name: string, framework: string, asks: ReadonlySet<string>): string {
  if (framework !== 'Flask') {
    if (!asks.has('uvicorn') && asks.has('hypercorn')) return `python3 -m hypercorn ${bind} ${module}:${name}`;
    return `python3 -m uvicorn ${module}:${name} ${address}`;
  }
  if (asks.has('gunicorn')) return `python3 -m gunicorn ${bind} ${module}:${name}`;
  return `python3 -m flask --app ${module}:${name} run ${address}`;
}

/** Its scripts look like any other, and are run by its own server. https://docs.streamlit.io/develop/api-reference/cli/run */
async function streamlitCommand(tree: FileTree, asks: ReadonlySet<string>): Promise<string | null> {
  if (!asks.has('streamlit')) return null;
  for (const file of ['streamlit_app.py', ...entryFiles, 'Home.py'])
    if (/^(?:import|from) streamlit\b/m.test((await tree.read(file)) ?? ''))
      return `python3 -m streamlit run ${file} --server.headless true --server.address "\${HOST:-0.0.0.0}" --server.port "$PORT"`;
  return null;
}

async function plainCommand(tree: FileTree): Promise<string | null> {
  const files = await tree.files('');
  const file = entryFiles.find((name) => files.includes(name));
  return file ? `python3 ${shellWord(file)}` : null;
}

export const noPythonEntry = () =>
  detectFailed('This is a Python app, but nothing says how to start it.', declareProcesses, [
    `looked for: manage.py, ${entryFiles.join(', ')}, also in the packages at the top`,
  ]);
