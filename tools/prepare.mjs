// Brings a checkout to where its own Node can run it. Runs on Node 20 and needs nothing installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const OLDEST_NODE = 20;
export const root = fileURLToPath(new URL('..', import.meta.url));
export const workspaceNode = join(root, 'node_modules/node/bin/node');
/** What makes the next start faster; may be deleted. */
export const stamps = join(root, '.cache');

/** Installs when the lock file changed, builds when a source changed. Exits with one sentence when it cannot. */
export async function prepare() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) fail(`Berth needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}.`);
  step('Installing dependencies', 'installed', hashOfFiles([join(root, 'package-lock.json')]), () => {
    // Not 'npm ci': it refuses a lock file made on one platform, which lacks the binaries of the others. Versions are the locked ones.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  });
  if (!existsSync(workspaceNode)) fail("The workspace's own Node is missing: remove node_modules and try again.");
  step('Building', 'built', hashOfFiles(sources()), () => {
    run(workspaceNode, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
  });
}

/** After `prepare`: makes one program of the platform, when what it is made of is younger. */
export function bundle() {
  const built = ['libs', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'dist/.tsbuildinfo')),
  );
  const made = timeOf(join(root, 'apps/standalone/bundle/main.js'));
  const parts = [join(root, 'package-lock.json'), join(root, 'tools/bundle.mjs'), ...built];
  if (parts.every((file) => timeOf(file) < made)) return;
  console.error('Bundling ...');
  run(workspaceNode, [join(root, 'tools/bundle.mjs')]);
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

function step(title, name, hash, work) {
  const stamp = join(stamps, name);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && existsSync(join(root, 'node_modules'))) return;
  console.error(`${title} ...`);
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, hash);
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
