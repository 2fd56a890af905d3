// The one binary of the test control plane: built once from tools/kube's Go module, kept outside of the work tree.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
/** Where built tools are kept. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth');
// One set of flags: another one would compile all of Kubernetes a second time.
const FLAGS = ['-trimpath', '-buildvcs=false'];
const sources = ['go.mod', 'go.sum', 'main.go', 'certificates.go'];
const STAGES = ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'].map((each) => `kustomize/stage/${each}`);
const DEFINITIONS = ['config/crd/standard'];
const run = promisify(execFile);

/** Something that is told in one sentence and ends with exit code 1. */
export class KubeToolError extends Error {}

/**
 * Folder of the built tools: `kube` (the binary), `gateway-api/*.yaml` (custom resource definitions), `stages/*.yaml`
 * (how KWOK plays nodes and pods). The first call builds them, which takes minutes.
 */
export async function installKube({ say = (line) => console.error(line) } = {}) {
  return madeOnce('kube', await hashOfSources(), async (draft) => {
    await requireGo();
    say('Building the Kubernetes control plane from its Go modules: about ten minutes on two cores, once ...');
    await build(join(draft, 'kube'));
    await copyFromModule('sigs.k8s.io/gateway-api', DEFINITIONS, join(draft, 'gateway-api'));
    await copyFromModule('sigs.k8s.io/kwok', STAGES, join(draft, 'stages'));
  });
}

/**
 * The folder `NAME-HASH` among the built tools, after `make` filled it the first time. Complete or not there: what is broken off
 * leaves only a folder of another name.
 */
export async function madeOnce(name, hash, make) {
  const folder = join(cache, `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, `${name}-draft-`));
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Somebody else may have finished the same build first.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function hashOfSources() {
  const hash = createHash('sha256').update([...FLAGS, ...STAGES, ...DEFINITIONS].join(' '));
  for (const file of sources) hash.update(await readFile(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}

async function requireGo() {
  try {
    await run('go', ['version']);
  } catch {
    throw new KubeToolError(
      'Go ("go") was not found: the test control plane is built with it; install Go 1.26 or newer.',
    );
  }
}

async function build(output) {
  const version = /^\tk8s\.io\/kubernetes (v1\.(\d+)\.\d+)$/m.exec(await readFile(join(here, 'go.mod'), 'utf8'));
  // Without these the servers call themselves v0.0.0-master, which no client takes for a version.
  const stamp = { gitVersion: version[1], gitMajor: '1', gitMinor: version[2], gitTreeState: 'clean' };
  const marks = Object.entries(stamp).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  const ldflags = `-ldflags=-s -w ${marks.join(' ')}`;
  const args = ['-n', '19', 'go', 'build', ...FLAGS, ldflags, '-o', output, '.'];
  const child = spawn('nice', args, {
    cwd: here,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new KubeToolError(`The control plane could not be built: "go build" ended with ${code}.`);
}

/** The YAML files of some of a module's folders, without those that only speak to kustomize. */
async function copyFromModule(module, folders, target) {
  const { stdout } = await run('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: here });
  await mkdir(target);
  for (const folder of folders) {
    const from = join(stdout.trim(), folder);
    const files = (await readdir(from)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
    // Read and written anew: the module cache is read-only, and so would a copy be.
    for (const name of files) await writeFile(join(target, name), await readFile(join(from, name)));
  }
}
