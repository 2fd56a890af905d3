import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { node, workspace } from './berth-process.js';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Running {
  readonly ended: Promise<Ran>;
  soFar(): Pick<Ran, 'out' | 'error'>;
  /** Ctrl-C. */
  interrupt(): void;
}

const binary = join(workspace, 'apps/cli/bin/berth.js');

const folders: string[] = [];
afterAll(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

/** A person with a terminal: the `berth` command with a configuration folder and a working folder of its own. */
export class CommandLine {
  private constructor(
    private readonly server: string,
    readonly home: string,
    readonly folder: string,
  ) {}

  static async at(server: string): Promise<CommandLine> {
    const home = await mkdtemp(join(tmpdir(), 'berth-cli-'));
    const folder = await mkdtemp(join(tmpdir(), 'berth-app-'));
    folders.push(home, folder);
    return new CommandLine(server, home, folder);
  }

  /** The same person in another folder. */
  in(folder: string): CommandLine {
    return new CommandLine(this.server, this.home, folder);
  }

  /** Runs `berth ARGUMENTS` and answers how it ended. */
  try(args: readonly string[], input = ''): Promise<Ran> {
    return this.begin(args, input).ended;
  }

  /** Runs `berth ARGUMENTS`: what it prints can be seen while it does. */
  begin(args: readonly string[], input = ''): Running {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.home,
      BERTH_CONFIG_DIR: this.home,
      BERTH_SERVER: this.server,
      NO_COLOR: '1',
    };
    const child = spawn(node, [binary, ...args], { cwd: this.folder, env });
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.stdin.end(input);
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, out, error }));
    });
    return { soFar: () => ({ out, error }), interrupt: () => void child.kill('SIGINT'), ended };
  }

  /** Like `try`, and throws with everything that was printed unless it ended with 0. */
  async run(args: readonly string[], input = ''): Promise<Ran> {
    const ran = await this.try(args, input);
    if (ran.code !== 0) throw new Error(`berth ${args.join(' ')} ended with ${ran.code}\n${ran.out}\n${ran.error}`);
    return ran;
  }

  /** The answer of a read with `--json`. */
  async json<Answer>(args: readonly string[]): Promise<Answer> {
    return JSON.parse((await this.run([...args, '--json'])).out) as Answer;
  }
}
