import { describe, expect, it } from '@jest/globals';
import { idOf, problem } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/workloads/${idOf(40)}/protection`;
const told = (logins: string[], allow: string[]) => ({ workloadId: idOf(40), logins, allow });
const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });

describe('protect', () => {
  withPlatform();

  it('asks for the password of a login, and shows it nowhere', async () => {
    platform.on(`PATCH ${path}`, told(['ann'], []));
    const ran = await terminal.berth(['protect', 'login', 'ann'], { keyboard: typing('a password') });
    expect(ran.code).toBe(0);
    expect(platform.bodies(`PATCH ${path}`)).toEqual([{ logins: { ann: 'a password' } }]);
    expect(ran.stdout).toBe('Reached from everywhere.\nAsks for the password of ann.\n');
    expect(ran.stderr).not.toContain('a password');
  });

  it('says who may visit, and from where', async () => {
    platform.onEach(`GET ${path}`, told([], []), told(['ann', 'ben'], ['192.0.2.0/24', '2001:db8::/32']));
    expect((await berth('protect', 'show')).stdout).toBe('Reached from everywhere.\nAsks nobody for a password.\n');
    expect((await berth('protect', 'show')).stdout).toBe(
      'Reached from 192.0.2.0/24, 2001:db8::/32 only.\nAsks for the password of ann or ben.\n',
    );
  });

  it.each([
    [['forget', 'ann', 'ben'], { logins: { ann: null, ben: null } }],
    [['allow', '192.0.2.1', '2001:db8::/32'], { allow: ['192.0.2.1', '2001:db8::/32'] }],
  ])('%j sends what changes', async (words, body) => {
    platform.on(`PATCH ${path}`, told([], []));
    expect((await berth('protect', ...words)).code).toBe(0);
    expect(platform.bodies(`PATCH ${path}`)).toEqual([body]);
  });

  it('off takes all of it away', async () => {
    platform.on(`GET ${path}`, told(['ann', 'ben'], ['192.0.2.0/24']));
    platform.on(`PATCH ${path}`, told([], []));
    expect((await berth('protect', 'off')).code).toBe(0);
    expect(platform.bodies(`PATCH ${path}`)).toEqual([{ logins: { ann: null, ben: null }, allow: [] }]);
  });

  it('needs a password, names and networks, and is refused in the words of the platform', async () => {
    for (const words of [['login'], ['forget'], ['allow']]) expect((await berth('protect', ...words)).code).toBe(2);
    expect((await berth('protect', 'login', 'ann')).stderr).toContain('No password for ann');
    platform.on(`PATCH ${path}`, (_, response) =>
      problem(response, 422, 'protection_not_supported', '"berlin" keeps nobody out.'),
    );
    const { code, stderr } = await berth('protect', 'allow', '192.0.2.1');
    expect({ isRefused: code !== 0, says: stderr.includes('keeps nobody out') }).toEqual({
      isRefused: true,
      says: true,
    });
  });
});
