import { type CommandGroup, entry } from './command-entry.js';

/** One's own. */
export const accountCommands: CommandGroup = {
  title: 'Account',
  commands: [
    entry('register', 'make an account', () => import('./commands/auth/register.js')),
    entry('verify', 'prove your address with the code of the mail', () => import('./commands/auth/verify.js'), 'CODE'),
    entry('login', 'log in and remember the server', () => import('./commands/auth/login.js')),
    entry('recover', 'set a new password by mail', () => import('./commands/auth/recover.js'), '[CODE]'),
    entry('prove', 'that it is you, for what is dangerous', () => import('./commands/auth/prove.js')),
    entry('logout', 'end the session', () => import('./commands/auth/logout.js')),
    entry('whoami', 'who is logged in, and where', () => import('./commands/auth/whoami.js')),
    entry('account show', 'what is known of you in short', () => import('./commands/account/show.js')),
    entry('account rename', 'get another username', () => import('./commands/account/rename.js'), 'NAME'),
    entry('account export', 'all that is known of you', () => import('./commands/account/export.js')),
    entry(
      'account change-email',
      'a code goes to the new one',
      () => import('./commands/account/change-email.js'),
      'E-MAIL',
    ),
    entry('account confirm-email', 'with that code', () => import('./commands/account/confirm-email.js'), 'CODE'),
    entry('account delete', 'erased later; logging in takes it back', () => import('./commands/account/delete.js')),
    entry('sessions list', 'where you are logged in', () => import('./commands/sessions/list.js')),
    entry('sessions revoke', 'sign out there', () => import('./commands/sessions/revoke.js'), 'ID | --all'),
    entry('tokens list', 'your API tokens', () => import('./commands/tokens/list.js')),
    entry('tokens create', 'for a program of yours', () => import('./commands/tokens/create.js'), 'NAME [--scope S]'),
    entry('tokens revoke', 'end an API token', () => import('./commands/tokens/revoke.js'), 'ID'),
    entry('impersonations list', 'who asks to see what you see', () => import('./commands/impersonations/list.js')),
    entry('impersonations consent', 'for an hour', () => import('./commands/impersonations/consent.js'), 'ID'),
    entry('impersonations end', 'refuse, or take it back', () => import('./commands/impersonations/end.js'), 'ID'),
    entry('2fa status', 'your second factor', () => import('./commands/second-factor/status.js')),
    entry('2fa enable', 'set up an authenticator', () => import('./commands/second-factor/enable.js')),
    entry('2fa recovery-codes', 'ten new ones', () => import('./commands/second-factor/recovery-codes.js')),
    entry('2fa disable', 'give it up', () => import('./commands/second-factor/disable.js')),
  ],
};
