import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readEnvironment } from '../src/config.js';
import { runCli } from '../src/run-cli.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly folder?: string;
}

/** A person's machine: a folder to work in, a home, and the CLI. */
export class Terminal {
  private constructor(
    readonly folder: string,
    readonly home: string,
    private readonly server: string,
  ) {}

  static async open(server: string): Promise<Terminal> {
    const [folder, home] = await Promise.all(
      ['work', 'home'].map((name) => mkdtemp(join(tmpdir(), `berth-cli-${name}-`))),
    );
    return new Terminal(folder ?? '', home ?? '', server);
  }

  async berth(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const written = { stdout: '', stderr: '' };
    const code = await runCli(argv, {
      stdin: Readable.from([options.stdin ?? '']),
      stdout: { write: (text) => void (written.stdout += text) },
      stderr: { write: (text) => void (written.stderr += text) },
      folder: options.folder ?? this.folder,
      environment: readEnvironment({ HOME: this.home, BERTH_SERVER: this.server, ...options.variables }),
      signal: options.signal ?? new AbortController().signal,
    });
    return { code, ...written };
  }

  async close(): Promise<void> {
    for (const each of [this.folder, this.home]) await rm(each, { recursive: true, force: true });
  }
}
