import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { readEnvironment } from '../src/config.js';
import { runCli } from '../src/run-cli.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  /** Somebody types: questions are asked. */
  readonly keyboard?: Keyboard;
  /** Somebody looks at stdout. */
  readonly isTerminal?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly folder?: string;
}

export type Keyboard = PassThrough & { readonly isTTY: true };

/** What somebody types, one answer after another, each when it is asked for. */
export function typing(...answers: string[]): Keyboard {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => keyboard });
  const type = (): void => {
    const answer = answers.shift();
    if (answer !== undefined) keyboard.write(`${answer}\r`);
  };
  // A question listens to the keyboard once it is on the screen.
  keyboard.on('newListener', (name) => void (name === 'keypress' && setTimeout(type, 20)));
  return keyboard;
}

function screen(show: (text: string) => void, isTTY = false) {
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    show(chunk.toString());
    done();
  };
  return Object.assign(new Writable({ write }), { isTTY, columns: 100 });
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
      stdin: options.keyboard ?? Readable.from([options.stdin ?? '']),
      stdout: screen((text) => (written.stdout += text), options.isTerminal),
      stderr: screen((text) => (written.stderr += text), options.keyboard !== undefined),
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
