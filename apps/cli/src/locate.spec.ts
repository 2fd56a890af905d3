import { describe, expect, it } from '@jest/globals';
import { commands } from './command-table.js';
import { locate } from './locate.js';

const commandOf = (...argv: string[]) => {
  const located = locate(argv);
  return located.kind === 'command' ? [located.entry.path, ...located.args] : located;
};

describe('locate', () => {
  it('finds a command of one word and of two', () => {
    expect(commandOf('deploy', '--wait')).toEqual(['deploy', '--wait']);
    expect(commandOf('apps', 'create', 'hello', '--git', 'x')).toEqual(['apps create', 'hello', '--git', 'x']);
  });

  it('prefers the longer of two', () => {
    expect(commandOf('ps')).toEqual(['ps']);
    expect(commandOf('ps', '--env', 'staging')).toEqual(['ps', '--env', 'staging']);
    expect(commandOf('ps', 'scale', 'web=2')).toEqual(['ps scale', 'web=2']);
  });

  it('takes options before the command, with their values', () => {
    expect(commandOf('--org', 'acme', '--json', 'apps', 'list')).toEqual(['apps list', '--org', 'acme', '--json']);
    expect(commandOf('--server=http://x', 'whoami')).toEqual(['whoami', '--server=http://x']);
  });

  it.each([
    [[], { kind: 'noun', noun: '', wantsHelp: false }],
    [['--help'], { kind: 'noun', noun: '', wantsHelp: true }],
    [['help'], { kind: 'noun', noun: '', wantsHelp: true }],
    [['config'], { kind: 'noun', noun: 'config', wantsHelp: false }],
    [['config', '-h'], { kind: 'noun', noun: 'config', wantsHelp: true }],
    [['help', 'config'], { kind: 'noun', noun: 'config', wantsHelp: true }],
    [['deply'], { kind: 'unknown', words: 'deply' }],
    [['config', 'sett', 'A=1'], { kind: 'unknown', words: 'config sett' }],
    [['--org'], { kind: 'noun', noun: '', wantsHelp: false }],
  ])('reads %j as %j', (argv, located) => expect(locate(argv)).toEqual(located));

  it('has each command once', () => {
    const paths = commands.map((each) => each.path);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
