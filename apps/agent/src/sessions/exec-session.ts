import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { channels, type ExecRequest } from '@berth/contracts/runtime';
import type { AgentContext } from '../context.js';
import { agentErrors } from '../errors.js';
import { killFamily } from '../processes/end-family.js';
import { readProcess } from '../processes/proc.js';
import type { Instance, Surroundings } from '../workloads/instance.js';
import { frame, resultFrame } from './frames.js';

/** Gives a command a terminal; part of util-linux. */
const SCRIPT = '/usr/bin/script';

/** @throws instance_not_found, not_supported */
export function requireCommand(instance: Instance, { terminal }: ExecRequest): void {
  if (!instance.surroundings) throw agentErrors.instanceNotFound(instance.id);
  if (terminal && !existsSync(SCRIPT)) throw agentErrors.noTerminal();
}

/**
 * A command beside the processes of an instance: in its working copy, as its user, with its variables and within its limits.
 * It carries the instance's marker, so that it ends with the instance at the latest. @throws instance_not_found
 */
export function startCommand(instance: Instance, request: ExecRequest, context: AgentContext): Command {
  const { surroundings } = instance;
  if (!surroundings) throw agentErrors.instanceNotFound(instance.id);
  const child = spawnIn(surroundings, request);
  if (child.pid !== undefined) context.cgroups?.admit(instance.id, child.pid);
  return new Command(instance.id, child, context);
}

function spawnIn({ folder, environment, identity }: Surroundings, request: ExecRequest): ChildProcess {
  const [program = '', ...rest] = request.terminal ? inTerminal(request.command) : request.command;
  const env = request.terminal ? { TERM: 'xterm', ...environment } : environment;
  const input = request.input || request.terminal ? 'pipe' : 'ignore';
  return spawn(program, rest, { cwd: folder, env, detached: true, stdio: [input, 'pipe', 'pipe'], ...identity });
}

function inTerminal(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return [SCRIPT, '--quiet', '--flush', '--return', '--command', quoted, '/dev/null'];
}

export class Command {
  private readonly ended: Promise<Buffer>;

  constructor(
    private readonly instanceId: string,
    private readonly child: ChildProcess,
    private readonly context: AgentContext,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(resultFrame(null, `It cannot be run: ${error.message}`)));
      child.once('close', (code, signal) => resolve(resultFrame(code, signal === null ? '' : `Ended by ${signal}.`)));
    });
  }

  /** Carries its input and output over the session, its result at the end; ends it when the session ends. */
  async serve(session: Duplex): Promise<void> {
    const { stdin, stdout, stderr } = this.child;
    session.once('close', () => void this.kill());
    session.on('error', () => session.destroy());
    // Whoever asked for it has left.
    session.once('end', () => session.destroy());
    stdin?.on('error', () => undefined); // it reads no more
    session.on('data', (message: Buffer) => {
      if (message[0] === channels.input && stdin?.write(message.subarray(1)) === false) session.pause();
      if (message[0] === channels.end) stdin?.end();
    });
    stdin?.on('drain', () => session.resume());
    const outputs = [pass(stdout, channels.output, session), pass(stderr, channels.errors, session)];
    const result = await this.ended;
    await Promise.all(outputs);
    session.end(result);
  }

  private async kill(): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined || this.child.exitCode !== null) return;
    const root = { instanceId: `${this.instanceId}/${pid}`, pid, startTime: readProcess(pid)?.startTime ?? 0 };
    await killFamily(this.context.census, this.context.clock, root);
  }
}

/** At the pace of the reader. */
async function pass(source: ChildProcess['stdout'], channel: number, session: Duplex): Promise<void> {
  if (!source) return;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (session.destroyed) return;
    if (!session.write(frame(channel, chunk)))
      await new Promise((resolve) => session.once('drain', resolve).once('close', resolve));
  }
}
