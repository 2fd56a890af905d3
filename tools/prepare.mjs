// Brings a checkout to where its own Node can run it. Runs on Node 20 and needs nothing installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claim } from './claim.mjs';

export const OLDEST_NODE = 20;
export const root = fileURLToPath(new URL('..', import.meta.url));
export const workspaceNode = join(root, 'node_modules/node/bin/node');
/** What makes the next start faster; may be deleted. */
export const stamps = join(root, '.cache');
const bundler = join(root, 'tools/bundle.mjs');

/** What leads from a checkout to a program. */
const install = {
  title: 'Installing dependencies',
  stamp: join(stamps, 'installed'),
  state: () => hashOfFiles([join(root, 'package-lock.json')]),
  // Not 'npm ci': it refuses a lock file made on one platform, which lacks the binaries of the others. Versions are the locked ones.
  work: () => run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']),
};
const build = {
  title: 'Building',
  stamp: join(stamps, 'built'),
  state: () => hashOfFiles(sources()),
  work: () => run(workspaceNode, [join(root, 'node_modules/typescript/bin/tsc'), '-b']),
};

/** Installs when the lock file changed, builds when a source changed. Exits with one sentence when it cannot. */
export function prepare() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) fail(`Berth needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}.`);
  takeStamped(install);
  if (!existsSync(workspaceNode)) fail("The workspace's own Node is missing: remove node_modules and try again.");
  takeStamped(build);
}

/** After `prepare`: makes one program of the platform, when what it is made of is younger. */
export const bundle = () => take('Bundling', isBundled, () => run(workspaceNode, [bundler]));

/** A step is done when what it is made of is what it was before the last time. */
function takeStamped({ title, stamp, state, work }) {
  const before = state();
  const isDone = () =>
    existsSync(stamp) && readFileSync(stamp, 'utf8') === before && existsSync(join(root, 'node_modules'));
  take(title, isDone, () => {
    work();
    writeFileSync(stamp, before);
  });
}

/** Takes a step that is not done. Two commands at once would install or build over each other: one of them is refused. */
function take(title, isDone, work) {
  if (isDone()) return;
  const { release, holder, file } = claim(join(stamps, 'preparing'));
  if (!release)
    fail(`Process ${holder} is installing or building in this clone: try again when it is done (${file} says so).`);
  if (!isDone()) {
    console.error(`${title} ...`);
    work();
  }
  release();
}

function isBundled() {
  const built = ['libs', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'dist/.tsbuildinfo')),
  );
  const made = timeOf(join(root, 'apps/standalone/bundle/main.js'));
  return [join(root, 'package-lock.json'), bundler, ...built].every((file) => timeOf(file) < made);
}

const timeOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Runs a command in the workspace and exits with its code when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** By path, size and time of change: reading every file would cost more than it saves. */
function hashOfFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function sources() {
  const projects = ['libs', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  const own = projects.flatMap((project) => [join(project, 'tsconfig.json'), ...walk(join(project, 'src'))]);
  return [join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json'), ...own].filter((file) => existsSync(file));
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}
