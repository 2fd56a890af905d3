import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type AgentClock, within } from '../clock.js';
import type { Census, Root } from './census.js';
import { endFamily, killFamily } from './end-family.js';
import type { Identity } from './identities.js';
import type { Ledger } from './ledger.js';
import { readProcess } from './proc.js';
import { shellCommand } from './shell-command.js';

export interface ChildSpec {
  readonly instanceId: string;
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: Identity | undefined;
  /** Called with the first process, which runs nothing of the command before this returned. Absent: nothing is waited for. */
  readonly admit?: (pid: number) => void;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Set when there never was a process. */
  readonly spawnError?: string;
}

export interface ChildContext {
  readonly clock: AgentClock;
  readonly census: Census;
  readonly ledger: Ledger;
}

/** What is left in the pipes is read for so long after the end; a process that got away may hold them open. */
const LAST_WORDS = 500;

const WAIT_FOR_WORD = 'read -r word || exit 125; unset word; exec </dev/null';

/** One run of an instance: a session of its own, with everything that descends from it. */
export class Child {
  readonly root: Root | undefined;
  /** Resolves when the first process ended, whatever it leaves behind. */
  readonly ended: Promise<ChildExit>;
  private readonly process: ChildProcess;

  constructor(
    spec: ChildSpec,
    private readonly context: ChildContext,
  ) {
    context.ledger.record(spec.instanceId, null, 0);
    const command = shellCommand(spec.command);
    this.process = spawn('/bin/sh', ['-c', spec.admit ? `${WAIT_FOR_WORD}; ${command}` : command], {
      cwd: spec.folder,
      env: spec.environment,
      detached: true,
      stdio: [spec.admit ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      ...spec.identity,
    });
    this.ended = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
      this.process.once('error', (error) => resolve({ code: null, signal: null, spawnError: error.message }));
    });
    const { pid } = this.process;
    if (pid === undefined) return;
    const startTime = readProcess(pid)?.startTime ?? 0;
    this.root = { instanceId: spec.instanceId, pid, startTime };
    context.ledger.record(spec.instanceId, pid, startTime);
    if (spec.admit) this.admit(pid, spec.admit);
  }

  /** @throws Error of `admit`; the command is not run then. */
  private admit(pid: number, admit: (pid: number) => void): void {
    const { stdin } = this.process;
    stdin?.on('error', () => undefined); // it was killed while it waited
    try {
      admit(pid);
      stdin?.write('go\n');
    } finally {
      stdin?.end();
    }
  }

  /** Output streams by name; both end when the child did and its last words were read. */
  get outputs(): { stdout: Readable; stderr: Readable } | undefined {
    const { stdout, stderr } = this.process;
    return stdout && stderr ? { stdout, stderr } : undefined;
  }

  /** SIGTERM to everything, SIGKILL to what is left after `deadline` milliseconds. */
  async stop(deadline: number): Promise<void> {
    if (this.root) await endFamily(this.context.census, this.context.clock, this.root, deadline);
  }

  /** Ends everything at once. */
  async kill(): Promise<void> {
    if (this.root) await killFamily(this.context.census, this.context.clock, this.root);
  }

  /** Waits for the readers of the outputs, but not for ever. */
  async finishOutputs(readers: Promise<unknown>): Promise<void> {
    await within(this.context.clock, LAST_WORDS, readers, undefined);
    this.process.stdout?.destroy();
    this.process.stderr?.destroy();
  }
}
