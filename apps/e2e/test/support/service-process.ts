import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { node, workspace } from './berth-process.js';

const START_MILLISECONDS = 240_000;

/** One part of the platform as an operating system process, told everything by its environment. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private text = '';

  constructor(
    readonly name: string,
    private environment: Readonly<Record<string, string>>,
    /** What it says when it is up. */
    private readonly ready: RegExp,
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** What it printed, over all its starts. */
  get output(): string {
    return this.text;
  }

  /** Its environment at the next start. */
  tell(environment: Readonly<Record<string, string>>): void {
    this.environment = environment;
  }

  /** Resolves when it says that it is up. @throws Error with what it printed when it ends before */
  async start(): Promise<void> {
    const main = join(workspace, 'apps', this.name.replace(/-\d+$/, ''), 'dist/main.js');
    const child = spawn(node, ['--enable-source-maps', main], { env: this.environment, cwd: workspace });
    this.child = child;
    const before = this.text.length;
    const up = Promise.withResolvers<void>();
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MILLISECONDS);
    const hear = (chunk: Buffer) => {
      this.text += chunk.toString();
      if (this.ready.test(this.text.slice(before))) up.resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code, signal) => {
      const said = this.text.slice(before);
      up.reject(new Error(`${this.name} ended with ${code ?? signal} before it was up:\n${said}`));
    });
    await up.promise.finally(() => clearTimeout(timer));
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** As an orchestrator does. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}
