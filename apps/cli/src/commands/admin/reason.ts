import type { Command } from 'commander';

export interface Because {
  readonly reason: string;
}

/** What administrators do to others is recorded with why. */
export const withReason = (command: Command): Command =>
  command.requiredOption('--reason <text>', 'recorded; whoever may read the audit trail sees it');
