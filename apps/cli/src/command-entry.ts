import type { Command } from 'commander';
import type { Context } from './context.js';

/** What a file under `commands/` exports. */
export interface CommandModule {
  /** Declares arguments and options. */
  options(command: Command): Command;
  run(context: Context, options: never, ...args: never[]): Promise<void>;
}

export interface CommandEntry {
  /** Words after `berth`. */
  readonly path: string;
  /** As in the list of commands, where it is shorter than what `--help` of the command says. */
  readonly usage?: string;
  readonly summary: string;
  /** A command's file is read only when the command runs: that is what keeps the start fast. */
  readonly load: () => Promise<CommandModule>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
}

/** A row of the table of commands. */
export const entry = (
  path: string,
  summary: string,
  load: () => Promise<CommandModule>,
  usage?: string,
): CommandEntry => ({
  path,
  summary,
  load,
  ...(usage === undefined ? {} : { usage }),
});
