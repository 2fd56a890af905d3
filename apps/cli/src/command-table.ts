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

const entry = (path: string, summary: string, load: () => Promise<CommandModule>, usage?: string): CommandEntry => ({
  path,
  summary,
  load,
  ...(usage === undefined ? {} : { usage }),
});

export const groups: readonly CommandGroup[] = [
  {
    title: 'Account',
    commands: [
      entry('register', 'make an account', () => import('./commands/auth/register.js')),
      entry(
        'verify',
        'prove your address with the code of the mail',
        () => import('./commands/auth/verify.js'),
        'CODE',
      ),
      entry('login', 'log in and remember the server', () => import('./commands/auth/login.js')),
      entry('recover', 'set a new password by mail', () => import('./commands/auth/recover.js'), '[CODE]'),
      entry('prove', 'that it is you, for what is dangerous', () => import('./commands/auth/prove.js')),
      entry('logout', 'end the session', () => import('./commands/auth/logout.js')),
      entry('whoami', 'who is logged in, and where', () => import('./commands/auth/whoami.js')),
      entry('sessions list', 'where you are logged in', () => import('./commands/sessions/list.js')),
      entry('sessions revoke', 'sign out there', () => import('./commands/sessions/revoke.js'), 'ID | --all'),
      entry('tokens list', 'your API tokens', () => import('./commands/tokens/list.js')),
      entry('tokens create', 'for a program of yours', () => import('./commands/tokens/create.js'), 'NAME [--scope S]'),
      entry('tokens revoke', 'end an API token', () => import('./commands/tokens/revoke.js'), 'ID'),
      entry('2fa status', 'your second factor', () => import('./commands/second-factor/status.js')),
      entry('2fa enable', 'set up an authenticator', () => import('./commands/second-factor/enable.js')),
      entry('2fa disable', 'give it up', () => import('./commands/second-factor/disable.js')),
    ],
  },
  {
    title: 'People and machines',
    commands: [
      entry('orgs members', 'who has a role', () => import('./commands/orgs/members.js')),
      entry('orgs invite', 'somebody, by mail', () => import('./commands/orgs/invite.js'), 'E-MAIL [--role R]'),
      entry('orgs roles', "an organization's own roles", () => import('./commands/orgs/roles/list.js')),
      entry(
        'orgs define-role',
        'make or change one',
        () => import('./commands/orgs/roles/define.js'),
        'ROLE PERMISSION ...',
      ),
      entry('orgs delete-role', 'one that nobody has', () => import('./commands/orgs/roles/delete.js'), 'ROLE'),
      entry(
        'service-accounts list',
        'machines of an organization',
        () => import('./commands/service-accounts/list.js'),
      ),
      entry(
        'service-accounts create',
        'make one',
        () => import('./commands/service-accounts/create.js'),
        'NAME [--role R]',
      ),
      entry(
        'service-accounts add-secret',
        'what it logs in with',
        () => import('./commands/service-accounts/add-secret.js'),
        'NAME',
      ),
      entry(
        'service-accounts revoke-secret',
        'end one',
        () => import('./commands/service-accounts/revoke-secret.js'),
        'NAME SECRET',
      ),
      entry(
        'service-accounts delete',
        'with its secrets',
        () => import('./commands/service-accounts/delete.js'),
        'NAME',
      ),
      entry('audit list', 'who did what', () => import('./commands/audit/list.js'), '[--actor A] [--action A]'),
      entry('audit verify', 'whether that is all true', () => import('./commands/audit/verify.js')),
    ],
  },
  {
    title: 'Set up',
    commands: [
      entry('orgs create', 'make an organization', () => import('./commands/orgs/create.js'), 'NAME'),
      entry('orgs list', 'your organizations', () => import('./commands/orgs/list.js')),
      entry('projects create', 'make a project', () => import('./commands/projects/create.js'), 'NAME'),
      entry('projects list', 'projects of an organization', () => import('./commands/projects/list.js')),
      entry('projects delete', 'an empty project', () => import('./commands/projects/delete.js'), 'NAME'),
      entry(
        'envs create',
        'make an environment: staging, production',
        () => import('./commands/envs/create.js'),
        'NAME',
      ),
      entry('envs list', 'environments of a project', () => import('./commands/envs/list.js')),
      entry('envs delete', 'with all that runs in it', () => import('./commands/envs/delete.js'), 'NAME'),
      entry('apps create', 'make an app', () => import('./commands/apps/create.js'), 'NAME --git URL | --dir PATH'),
      entry('apps list', 'apps of a project', () => import('./commands/apps/list.js')),
      entry('apps delete', 'with all that runs of it', () => import('./commands/apps/delete.js'), 'NAME'),
    ],
  },
  {
    title: 'Deploy',
    commands: [
      entry('deploy', 'build and deploy', () => import('./commands/deployments/deploy.js'), '[--ref R] [--wait]'),
      entry('deployments list', 'what was tried', () => import('./commands/deployments/list.js')),
      entry('deployments show', 'one attempt in full', () => import('./commands/deployments/show.js'), '[N]'),
      entry(
        'deployments cancel',
        'stop it; what is live stays',
        () => import('./commands/deployments/cancel.js'),
        '[N]',
      ),
      entry('deployments logs', 'what its build said', () => import('./commands/deployments/logs.js'), '[N]'),
      entry('releases list', 'what can be rolled back to', () => import('./commands/releases/list.js')),
      entry('releases show', 'one release in full', () => import('./commands/releases/show.js'), '[vN]'),
      entry(
        'rollback',
        'back to an earlier release',
        () => import('./commands/deployments/rollback.js'),
        '[vN] [--wait]',
      ),
      entry(
        'promote',
        'a release to another environment',
        () => import('./commands/deployments/promote.js'),
        '--from ENV',
      ),
    ],
  },
  {
    title: 'Run',
    commands: [
      entry('ps', 'instances that run', () => import('./commands/ps/list.js')),
      entry('ps scale', 'counts and sizes', () => import('./commands/ps/scale.js'), 'web=3 --cpu 500m --memory 256Mi'),
      entry('ps restart', 'replace all instances', () => import('./commands/ps/restart.js')),
      entry('ps stop', 'run nothing; nothing is lost', () => import('./commands/ps/stop.js')),
      entry('ps start', 'run again', () => import('./commands/ps/start.js')),
      entry('exec', 'run a command inside an instance', () => import('./commands/exec/exec.js'), 'COMMAND ...'),
      entry('run', 'a command once, on the current release', () => import('./commands/tasks/run.js'), 'COMMAND ...'),
      entry('tasks list', 'what was run once', () => import('./commands/tasks/list.js')),
      entry('tasks show', 'how one ended', () => import('./commands/tasks/show.js'), '[ID]'),
      entry('tasks logs', 'what one printed, until its end', () => import('./commands/tasks/logs.js'), '[ID]'),
      entry('tasks cancel', 'end one', () => import('./commands/tasks/cancel.js'), '[ID]'),
      entry('schedules list', 'what runs again and again', () => import('./commands/schedules/list.js')),
      entry(
        'schedules create',
        'run a command by the clock',
        () => import('./commands/schedules/create.js'),
        'NAME --cron TIMES COMMAND ...',
      ),
      entry('schedules runs', 'what became of its times', () => import('./commands/schedules/runs.js'), 'NAME'),
      entry('schedules suspend', 'let it rest', () => import('./commands/schedules/suspend.js'), 'NAME'),
      entry('schedules resume', 'run it again', () => import('./commands/schedules/resume.js'), 'NAME'),
      entry('schedules delete', 'for ever', () => import('./commands/schedules/delete.js'), 'NAME'),
      entry(
        'port-forward',
        'reach a port of an instance',
        () => import('./commands/port-forward/port-forward.js'),
        '8080[:9229]',
      ),
      entry('config set', 'set variables', () => import('./commands/config/set.js'), 'NAME=value ...'),
      entry('config unset', 'remove variables', () => import('./commands/config/unset.js'), 'NAME ...'),
      entry('config list', 'variables and their values', () => import('./commands/config/list.js')),
      entry('secrets set', 'set a secret, value from stdin', () => import('./commands/secrets/set.js'), 'NAME'),
      entry('secrets unset', 'remove secrets', () => import('./commands/secrets/unset.js'), 'NAME ...'),
      entry(
        'secrets revoke',
        'take a version out of use',
        () => import('./commands/secrets/revoke.js'),
        'NAME@VERSION',
      ),
      entry('secrets list', 'secrets, never their values', () => import('./commands/secrets/list.js')),
    ],
  },
  {
    title: 'Watch',
    commands: [
      entry('status', 'an app in all its environments', () => import('./commands/status/status.js')),
      entry('open', "print the app's URL, open it on a terminal", () => import('./commands/open/open.js')),
      entry('logs', 'what the app says', () => import('./commands/logs/logs.js'), '[-f] [--since 10m]'),
      entry('top', 'live CPU, memory and storage', () => import('./commands/top/top.js')),
    ],
  },
  {
    title: 'Operate',
    commands: [
      entry('admin users', 'who has an account', () => import('./commands/admin/users/list.js'), '[PREFIX]'),
      entry(
        'admin suspend-user',
        'shut somebody out',
        () => import('./commands/admin/users/suspend.js'),
        'E-MAIL --reason TEXT',
      ),
      entry(
        'admin resume-user',
        'take that back',
        () => import('./commands/admin/users/resume.js'),
        'E-MAIL --reason TEXT',
      ),
      entry(
        'admin reset-2fa',
        'for who lost all of them',
        () => import('./commands/admin/users/reset-second-factor.js'),
        'E-MAIL --reason TEXT',
      ),
      entry(
        'admin orgs',
        'which organizations there are',
        () => import('./commands/admin/organizations/list.js'),
        '[PREFIX]',
      ),
      entry(
        'admin suspend-org',
        'stop all that it runs',
        () => import('./commands/admin/organizations/suspend.js'),
        'NAME --reason TEXT',
      ),
      entry(
        'admin resume-org',
        'take that back',
        () => import('./commands/admin/organizations/resume.js'),
        'NAME --reason TEXT',
      ),
      entry('admin quotas', 'what one may use', () => import('./commands/admin/quotas/show.js'), 'NAME'),
      entry(
        'admin set-quotas',
        'let it use more, or less',
        () => import('./commands/admin/quotas/set.js'),
        'NAME apps=200 ...',
      ),
      entry('admin sign-up', 'who may make an account', () => import('./commands/admin/sign-up/show.js')),
      entry('admin set-sign-up', 'say who may', () => import('./commands/admin/sign-up/set.js'), 'MODE [--domain D]'),
      entry('admin keys', 'what signs tokens', () => import('./commands/admin/keys.js')),
      entry('admin rotate-keys', 'sign with a new one', () => import('./commands/admin/rotate-keys.js')),
      entry('dead-letters list', 'usage that was not believed', () => import('./commands/dead-letters/list.js')),
      entry(
        'dead-letters replay',
        'take it up again',
        () => import('./commands/dead-letters/replay.js'),
        'KEY --reason TEXT',
      ),
      entry(
        'dead-letters discard',
        'drop one for ever',
        () => import('./commands/dead-letters/discard.js'),
        'EVENT --reason TEXT',
      ),
      entry('closings list', 'months that cannot be closed', () => import('./commands/closings/list.js')),
      entry('closings show', 'what speaks against it', () => import('./commands/closings/show.js'), 'ORGANIZATION'),
      entry(
        'closings waive',
        'answer for usage without a price',
        () => import('./commands/closings/waive.js'),
        'ORGANIZATION MONTH',
      ),
      entry('closings close', 'issue the invoice now', () => import('./commands/closings/close.js'), 'ORGANIZATION'),
      entry(
        'closings reopen',
        'a month without an invoice',
        () => import('./commands/closings/reopen.js'),
        'ORGANIZATION MONTH',
      ),
      entry('admin snapshots', 'tell all services again', () => import('./commands/admin/snapshots.js'), 'AGGREGATE'),
      entry('clusters list', 'where workloads can be placed', () => import('./commands/clusters/list.js')),
      entry('clusters add', 'register a cluster', () => import('./commands/clusters/add.js'), 'NAME --kubeconfig FILE'),
      entry('clusters doctor', 'what a cluster lacks', () => import('./commands/clusters/doctor.js'), 'NAME'),
      entry('clusters cordon', 'place nothing new there', () => import('./commands/clusters/cordon.js'), 'NAME'),
      entry('clusters uncordon', 'place there again', () => import('./commands/clusters/uncordon.js'), 'NAME'),
      entry('clusters remove', 'forget an empty one', () => import('./commands/clusters/remove.js'), 'NAME'),
    ],
  },
  {
    title: 'Pay',
    commands: [
      entry('usage', 'what was used', () => import('./commands/usage/usage.js'), '[--period 2026-11]'),
      entry('costs', 'what that costs', () => import('./commands/costs/costs.js'), '[--period 2026-11]'),
      entry(
        'costs compare',
        'why one month costs more than another',
        () => import('./commands/costs/compare.js'),
        'MONTH WITH',
      ),
      entry('budgets', 'what may be spent, and what is', () => import('./commands/budgets/list.js')),
      entry(
        'budgets create',
        'watch or cap a month',
        () => import('./commands/budgets/create.js'),
        'NAME AMOUNT [--cap]',
      ),
      entry(
        'budgets update',
        'raise it, or change what it does',
        () => import('./commands/budgets/update.js'),
        'BUDGET',
      ),
      entry('budgets delete', 'stop watching', () => import('./commands/budgets/delete.js'), 'BUDGET'),
      entry('price-books', 'what everything costs', () => import('./commands/price-books/list.js')),
      entry(
        'price-books diff',
        'what a version changes',
        () => import('./commands/price-books/diff.js'),
        'BOOK FROM TO',
      ),
      entry(
        'price-books simulate',
        'what a month would have cost by it',
        () => import('./commands/price-books/simulate.js'),
        'BOOK FILE',
      ),
      entry('credits', 'what need not be paid', () => import('./commands/credits/list.js')),
      entry('credits redeem', 'a coupon', () => import('./commands/credits/redeem.js'), 'CODE'),
      entry('invoices list', 'invoices of an organization', () => import('./commands/invoices/list.js')),
      entry(
        'invoices show',
        'one in full, or this month so far',
        () => import('./commands/invoices/show.js'),
        '[NUMBER]',
      ),
      entry('invoices explain', 'what its lines follow from', () => import('./commands/invoices/explain.js'), 'NUMBER'),
      entry('invoices pdf', 'one to print', () => import('./commands/invoices/pdf.js'), 'NUMBER'),
      entry(
        'invoices csv',
        'one as a table, or in FOCUS 1.0',
        () => import('./commands/invoices/csv.js'),
        'NUMBER [--columns focus]',
      ),
      entry(
        'invoices export',
        'one with all that it follows from',
        () => import('./commands/invoices/export.js'),
        'NUMBER',
      ),
      entry(
        'invoices credit-note',
        'what took a void one back',
        () => import('./commands/invoices/credit-note.js'),
        'NUMBER',
      ),
      entry('invoices void', 'take one back', () => import('./commands/invoices/void.js'), 'NUMBER --reason TEXT'),
      entry('invoices verify', 'compute an exported one anew', () => import('./commands/invoices/verify.js'), 'FILE'),
    ],
  },
];

/** Shorter ways to say the same. */
const aliases: readonly CommandEntry[] = [
  entry('stop', 'the same as ps stop', () => import('./commands/ps/stop.js')),
  entry('start', 'the same as ps start', () => import('./commands/ps/start.js')),
  entry('restart', 'the same as ps restart', () => import('./commands/ps/restart.js')),
  entry('ps list', 'the same as ps', () => import('./commands/ps/list.js')),
  entry('budgets list', 'the same as budgets', () => import('./commands/budgets/list.js')),
  entry('credits list', 'the same as credits', () => import('./commands/credits/list.js')),
  entry('price-books list', 'the same as price-books', () => import('./commands/price-books/list.js')),
  entry('scale', 'the same as ps scale', () => import('./commands/ps/scale.js')),
];

export const commands: readonly CommandEntry[] = [...groups.flatMap((group) => group.commands), ...aliases];
