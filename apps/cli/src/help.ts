import type { CommandEntry } from './command-entry.js';
import { groups } from './command-table.js';

const footer = `Options:
  --json             results as JSON on stdout
  --server URL       another platform than the one of the last login
  --org, --project, --env, --app NAME
                     what a command is about; without them the folder's .berth.json, else the only one there is
  -h, --help         berth COMMAND --help says which ones it takes
  -V, --version      version of this program

Environment:
  BERTH_SERVER, BERTH_ORG, BERTH_PROJECT, BERTH_ENV, BERTH_APP
                     in place of the options
  BERTH_TOKEN        access token of a machine; nothing is stored then
  BERTH_CONFIG_DIR   where sessions are kept (default: ~/.config/berth)
  NO_COLOR           no colours

Results go to stdout, progress and errors to stderr.

Exit codes:
  0 done                         5 conflict or stale precondition
  1 something unforeseen         6 the server found the input invalid
  2 wrong usage                  7 the deployment failed
  3 not logged in                8 the deployment was cancelled or superseded
  4 forbidden or not found       9 server not available, or waited too long
  10 a newer berth wrote it      130 interrupted`;

export function helpText(): string {
  const width = Math.max(...groups.flatMap((group) => group.commands.map((each) => label(each).length)));
  const parts = groups.map(({ title, commands }) =>
    [`${title}:`, ...commands.map((each) => line(each, width))].join('\n'),
  );
  const head =
    'Usage: berth COMMAND [options]\n\nBerth turns a Git repository into a running, routed, scaled and metered app.';
  const first =
    'First steps:\n  berth login\n  berth apps create hello --git https://git.example/hello\n  berth deploy --wait';
  return [head, first, ...parts, footer].join('\n\n');
}

/** Help of `berth ps`, `berth config` ... */
export function nounHelp(noun: string): string {
  const entries = groups.flatMap((group) => group.commands).filter((each) => each.path.split(' ')[0] === noun);
  const width = Math.max(...entries.map((each) => label(each).length));
  const lines = entries.map((each) => line(each, width));
  return [`Usage: berth ${noun} COMMAND [options]`, '', 'Commands:', ...lines].join('\n');
}

const label = ({ path, usage }: CommandEntry): string => (usage === undefined ? path : `${path} ${usage}`);
const line = (each: CommandEntry, width: number): string => `  ${label(each).padEnd(width)}  ${each.summary}`;
