import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CloudEvent } from '@berth/contracts/events';
import { freePort } from '@berth/local-postgres';
import type { Credentials, Platform, ServiceName } from './platform.js';
import { eventsOnBus } from './stored.js';

export const workspace = resolve(import.meta.dirname, '../../../..');
export const node = join(workspace, 'node_modules/node/bin/node');
/** What `npm run up` starts. */
export const main = join(workspace, 'apps/standalone/bundle/main.js');
const START_MILLISECONDS = 240_000;

export interface BerthOptions {
  /** Absent: a new folder below the system's temporary one. */
  readonly folder?: string;
  readonly port?: number;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The embedded default as a process of its own, as a person starts it. */
export class BerthProcess implements Platform {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly process: ChildProcess,
    private readonly lines: { out: string; error: string },
  ) {}

  /** Resolves when the banner is printed. @throws Error with what was printed when it ends before */
  static async start(options: BerthOptions = {}): Promise<BerthProcess> {
    const berth = await BerthProcess.begin(options);
    await berth.printed(/Berth is up/);
    return berth;
  }

  /** Resolves when its process is there, long before it is up. */
  static async begin(options: BerthOptions = {}): Promise<BerthProcess> {
    requireFreshBundle();
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'berth-e2e-')));
    const port = options.port ?? (await freePort());
    const args = [
      '--data',
      folder,
      '--port',
      String(port),
      ...(options.arguments ?? ['--no-example', '--open-sign-up']),
    ];
    const child = spawn(node, [main, ...args], {
      env: { ...process.env, BERTH_TOOL_PATH: toolPath(), ...options.environment },
    });
    const lines = { out: '', error: '' };
    child.stdout.on('data', (chunk: Buffer) => (lines.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (lines.error += chunk.toString()));
    return new BerthProcess(folder, port, child, lines);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get output(): string {
    return this.lines.out;
  }

  /** Everything that was logged and printed. */
  get everything(): string {
    return this.lines.out + this.lines.error;
  }

  administrator(): Credentials {
    const email = /Administrator\s+(\S+)/.exec(this.lines.out)?.[1];
    const password = /Password\s+(\S+)/.exec(this.lines.out)?.[1];
    if (!email || !password) throw new Error(`no administrator was printed:\n${this.everything}`);
    return { email, password };
  }

  databaseUrl(name: ServiceName | 'bus'): string {
    const { databasePassword } = JSON.parse(readFileSync(join(this.folder, 'secrets.json'), 'utf8')) as {
      databasePassword: string;
    };
    const [, , , port] = readFileSync(join(this.folder, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
    const role = `berth_${name.replaceAll('-', '_')}`;
    return `postgres://${role}:${databasePassword}@127.0.0.1:${port}/${role}`;
  }

  events(): Promise<CloudEvent[]> {
    return eventsOnBus(this.databaseUrl('bus'));
  }

  /** As Ctrl-C does. Resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const ended = new Promise<number | null>((resolve) => this.process.once('exit', (code) => resolve(code)));
    this.process.kill(signal);
    return ended;
  }

  /** Ends it like a crash, and starts it again on the same folder and port. */
  async restartAfterKill(): Promise<BerthProcess> {
    await this.stop('SIGKILL');
    return this.startAgain();
  }

  startAgain(): Promise<BerthProcess> {
    return BerthProcess.start({ folder: this.folder, port: this.port });
  }

  async stopAndRemove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Berth did not come up:\n${this.everything}`)),
        START_MILLISECONDS,
      );
      const look = () => {
        if (!pattern.test(this.lines.out)) return;
        clearTimeout(timer);
        resolve();
      };
      this.process.stdout?.on('data', look);
      this.process.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`Berth ended with ${code} before it was up:\n${this.everything}`));
      });
    });
  }
}

/** A test of yesterday's program would prove nothing. */
function requireFreshBundle(): void {
  const timeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const built = globSync('{apps,libs}/*/dist/.tsbuildinfo', { cwd: workspace });
  const newest = Math.max(...built.map((file) => timeOf(join(workspace, file))));
  if (timeOf(main) < newest) throw new Error('The bundle is older than what was built: npm run bundle');
}

/** The person's own tools: what npm and jest put in front is not theirs. */
export const toolPath = (): string =>
  (process.env['PATH'] ?? '')
    .split(':')
    .filter((each) => !each.includes('node_modules'))
    .join(':');

/** All different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** Ids of all processes whose environment or command line names `text`: to prove that nothing was left. */
export async function processesNaming(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((each) => /^\d+$/.test(each)).map(Number);
  const names = await Promise.all(
    pids.map(async (pid) => {
      // A process may end while it is looked at.
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      return (await read('cmdline')).includes(text) || (await read('environ')).includes(text) ? pid : undefined;
    }),
  );
  return names.filter((pid): pid is number => pid !== undefined && pid !== process.pid);
}
