import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toolPath, workspace } from '../support/berth-process.js';

const execute = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/** What every system has; PostgreSQL, which root cannot run, gets a user of its own. */
const SYSTEM = ['sh', 'basename', 'cat', 'chmod', 'chown', 'cp', 'dirname', 'env', 'id', 'ls', 'mkdir', 'mv', 'rm'];
const TOOLS = ['npm', 'git', ...SYSTEM, 'sed', 'sleep', 'uname', ...(isRoot ? ['useradd'] : [])];
/** How the registry is reached from here; nothing else of our own environment is theirs. */
const KEPT = /^(HOME|TMPDIR|https?_proxy|no_proxy|npm_config_registry|node_extra_ca_certs|ssl_cert_file)$/i;

/** Somebody with a folder, git, the oldest Node and its npm, who clones the last commit: not what is not in it yet. */
export class Newcomer {
  private constructor(
    readonly folder: string,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async arrive(): Promise<Newcomer> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-newcomer-'));
    await chmod(folder, 0o711); // apps run as users of their own
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await symlink(process.env['OLDEST_NODE'] ?? '', join(tools, 'node'));
    for (const name of TOOLS) await symlink(await whereIs(name), join(tools, name));
    const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name));
    // What npm has in its cache need not be fetched again.
    const environment = { ...Object.fromEntries(kept), PATH: tools, npm_config_prefer_offline: 'true' };
    return new Newcomer(folder, environment);
  }

  leave(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Answers its folder. */
  async clone(name: string): Promise<string> {
    const folder = join(this.folder, name);
    await execute('git', ['clone', '--quiet', workspace, folder]);
    return folder;
  }

  /** Answers all that was printed. @throws Error with it when the command fails */
  async run(folder: string, command: string, ...args: string[]): Promise<string> {
    const options = { cwd: folder, env: this.environment, maxBuffer: 1 << 26 };
    const { stdout, stderr } = await execute(join(this.folder, 'tools', command), args, options);
    return stdout + stderr;
  }
}

async function whereIs(name: string): Promise<string> {
  for (const folder of toolPath().split(':')) if (await isThere(join(folder, name))) return join(folder, name);
  throw new Error(`a newcomer needs ${name}, which this machine does not have`);
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
