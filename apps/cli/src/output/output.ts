import pc from 'picocolors';
import type { Io } from '../io.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** Results go to stdout, everything else to stderr, so that a pipe gets results only. */
export class Output {
  /** For stderr. */
  readonly colors: Colors;

  constructor(
    private readonly io: Io,
    readonly json: boolean,
  ) {
    this.colors = pc.createColors(Boolean(io.stderr.isTTY && io.environment.colors));
  }

  /** JSON when it was asked for, else what a person reads; empty text prints nothing. */
  async result(data: unknown, human: () => string | Promise<string>): Promise<void> {
    if (this.json) return this.line(JSON.stringify(data, null, 2));
    const text = await human();
    if (text !== '') this.line(text);
  }

  /** One line of a stream of results. */
  line(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }

  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.note(`${this.colors.yellow('Warning:')} ${text}`);
  }
}
