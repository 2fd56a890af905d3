import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './config.js';

describe('the environment', () => {
  it('says nothing where a variable is empty', () => {
    const empty = readEnvironment({ BERTH_SERVER: '', BERTH_TOKEN: '', BERTH_ORG: '', BERTH_APP: '' });
    expect([empty.server, empty.token, empty.organization, empty.app]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    [{ HOME: '/home/ada' }, '/home/ada/.config/berth'],
    [{ HOME: '/home/ada', XDG_CONFIG_HOME: '/etc/ada' }, '/etc/ada/berth'],
    [{ HOME: '/home/ada', XDG_CONFIG_HOME: '' }, '/home/ada/.config/berth'],
    [{ HOME: '/home/ada', XDG_CONFIG_HOME: '/etc/ada', BERTH_CONFIG_DIR: '/run/berth' }, '/run/berth'],
  ])('%j keeps sessions in %s', (variables, folder) => expect(readEnvironment(variables).configFolder).toBe(folder));

  it.each([
    [{}, true],
    [{ TERM: 'xterm' }, true],
    [{ TERM: 'dumb' }, false],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, false],
  ])('%j allows colours: %p', (variables, allowed) => expect(readEnvironment(variables).colors).toBe(allowed));
});
