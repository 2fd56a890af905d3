import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandEnd, type CommandRunner, ensureFolder, type StopReason } from '../execution/command-runner.js';

export interface GitOptions {
  /** Holds the configuration that git reads instead of the machine's and the user's. */
  readonly folder: string;
  readonly toolPath: string;
  readonly allowLocal: boolean;
  /** PEM file of an own authority, for git hosts inside a company. */
  readonly caFile?: string | undefined;
}

export interface GitCall {
  readonly arguments: readonly string[];
  readonly folder: string;
  /** Configuration of this call, given through the environment so that it shows in no list of processes. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly watch?: () => Promise<StopReason | null>;
  /** Instead of collecting stdout. */
  readonly onOutput?: (lines: readonly string[]) => void;
}

export interface GitAnswer extends CommandEnd {
  readonly output: readonly string[];
  readonly errors: readonly string[];
}

const keptLines = 200;

/** The git program with nothing but our own configuration: no hooks, no helpers, no prompts, no transport but the allowed. */
export class Git {
  private configured: Promise<string> | undefined;

  constructor(
    private readonly options: GitOptions,
    private readonly runner: CommandRunner,
  ) {}

  async run(call: GitCall): Promise<GitAnswer> {
    const output: string[] = [];
    const errors: string[] = [];
    const collect = (lines: readonly string[]): void => void output.push(...lines.slice(0, keptLines - output.length));
    const end = await this.runner.run({
      file: 'git',
      arguments: call.arguments,
      folder: call.folder,
      environment: { ...(await this.environment()), ...settingsAsVariables(call.settings), ...call.environment },
      mark: `BERTH_GIT=${randomUUID()}`,
      user: null,
      onLines: (stream, lines) => {
        if (stream === 'stdout') return (call.onOutput ?? collect)(lines);
        errors.push(...lines.slice(0, keptLines - errors.length));
      },
      signal: call.signal,
      ...(call.watch ? { watch: call.watch } : {}),
    });
    return { ...end, output, errors };
  }

  private async environment(): Promise<Record<string, string>> {
    this.configured ??= this.configure();
    return {
      PATH: this.options.toolPath,
      HOME: this.options.folder,
      LC_ALL: 'C.UTF-8',
      LANGUAGE: 'en',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: await this.configured,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      GIT_PROTOCOL_FROM_USER: '0',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
    };
  }

  /**
   * A file rather than `-c` options: git drops those for the upload-pack that it starts for a local repository, which must
   * still be told that the repository may belong to another user.
   */
  private async configure(): Promise<string> {
    const file = join(await ensureFolder(this.options.folder), 'gitconfig');
    const ca = this.options.caFile ? `\tsslCAInfo = ${JSON.stringify(this.options.caFile)}\n` : '';
    const local = this.options.allowLocal ? 'always' : 'never';
    await writeFile(file, `${fixedSettings}${ca}[protocol "file"]\n\tallow = ${local}\n`);
    return file;
  }
}

const fixedSettings = `[safe]
	directory = *
[protocol]
	allow = never
[protocol "https"]
	allow = always
[core]
	hooksPath = /dev/null
	attributesFile = /dev/null
	fsmonitor = false
	autocrlf = false
	symlinks = true
[credential]
	helper =
[fetch]
	recurseSubmodules = false
	unpackLimit = 1
[gc]
	auto = 0
[maintenance]
	auto = false
[init]
	defaultBranch = main
[http]
	followRedirects = false
	lowSpeedLimit = 1000
	lowSpeedTime = 30
`;

/** git-config(1), GIT_CONFIG_COUNT. */
function settingsAsVariables(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pairs = Object.entries(settings);
  const variables = pairs.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(pairs.length), ...(Object.fromEntries(variables) as Record<string, string>) };
}
