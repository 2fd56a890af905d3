import { type BuildPlan, emptyPlan, shellWord, step } from './build-plan.js';
import { declareProcesses, detectFailed } from './detect-failed.js';
import type { FileTree } from './file-tree.js';

interface MainPackage {
  /** As `go build` takes it: `.` or `./cmd/server`. */
  readonly path: string;
  readonly binary: string;
}

const likelyServers = ['server', 'web', 'app', 'api', 'main'];

/** Null: not a Go module. */
export async function detectGo(tree: FileTree, startIsKnown: boolean): Promise<BuildPlan | null> {
  const module = await tree.read('go.mod');
  if (module === null) return null;
  const mains = await mainPackages(tree, moduleName(module));
  if (mains.length === 0 && !startIsKnown)
    throw detectFailed(
      'This is a Go module, but it has no main package to build.',
      'Put package main at the root or in cmd/<name>/.',
      ['looked for: package main in . and cmd/*'],
    );
  const web = webPackage(mains, moduleName(module));
  return {
    ...emptyPlan,
    language: 'go',
    base: { tools: ['go'], wanted: /^go\s+(\S+)/m.exec(module)?.[1] ?? null },
    build: step(buildCommand(mains, web), { GOFLAGS: '-buildvcs=false -trimpath', GOTOOLCHAIN: 'local' }),
    processes: web ? [{ name: 'web', command: 'bin/app' }] : [],
    path: ['bin'],
    caches: { GOMODCACHE: 'go-mod', GOCACHE: 'go-build' },
  };
}

const moduleName = (text: string): string => {
  const path = /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? 'app';
  const parts = path.split('/').filter((part) => !/^v[0-9]+$/.test(part));
  return parts.at(-1) ?? 'app';
};

async function mainPackages(tree: FileTree, name: string): Promise<MainPackage[]> {
  const commands = (await tree.folders('cmd')).map((folder) => ({ path: `./cmd/${folder}`, binary: folder }));
  const candidates = [{ path: '.', binary: name }, ...commands];
  const found = await Promise.all(candidates.map(async (each) => ((await isMain(tree, each.path)) ? [each] : [])));
  return found.flat();
}

async function isMain(tree: FileTree, path: string): Promise<boolean> {
  const folder = path === '.' ? '' : path.slice(2);
  for (const file of await tree.files(folder)) {
    if (!file.endsWith('.go') || file.endsWith('_test.go')) continue;
    const text = await tree.read(folder === '' ? file : `${folder}/${file}`);
    if (text && /^package\s+main\b/m.test(text) && !/^\/\/go:build\s+ignore/m.test(text)) return true;
  }
  return false;
}

function webPackage(mains: readonly MainPackage[], name: string): MainPackage | null {
  if (mains.length === 1) return mains[0] ?? null;
  const preferred = ['.', `./cmd/${name}`, ...likelyServers.map((each) => `./cmd/${each}`)];
  for (const path of preferred) {
    const found = mains.find((each) => each.path === path);
    if (found) return found;
  }
  return null;
}

/** Each binary under its own name, as other platforms do it, and the web one also as bin/app. */
function buildCommand(mains: readonly MainPackage[], web: MainPackage | null): string {
  const packages = mains.map(({ path }) => shellWord(path)).join(' ') || './...';
  const build = `mkdir -p bin && go build -o bin/ ${packages}`;
  return web && web.binary !== 'app' ? `${build} && ln -sf ${shellWord(web.binary)} bin/app` : build;
}

export const noGoEntry = () =>
  detectFailed(
    'This Go module has several main packages, and nothing says which one serves the web.',
    declareProcesses,
  );
