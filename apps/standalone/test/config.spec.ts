import { describe, expect, it } from '@jest/globals';
import { bannerOf } from '../src/banner.js';
import { parseConfig } from '../src/config.js';
import { StartFailure } from '../src/failure.js';

const parse = (...args: string[]) => parseConfig(args, { INIT_CWD: '/home/me', PATH: '/bin' }, '/work');

describe('the command line', () => {
  it('has defaults', () => {
    expect(parse()).toMatchObject({
      folder: '/work/.berth',
      port: 8080,
      example: true,
      signUp: 'closed',
      toolPath: '/bin',
    });
  });

  it('takes a folder relative to where it was typed, a port, and no example', () => {
    expect(parse('--data', 'x/y', '--port', '0', '--no-example')).toMatchObject({
      folder: '/home/me/x/y',
      port: 0,
      example: false,
    });
    expect(parse('--data=/srv/berth', '--open-sign-up')).toMatchObject({ folder: '/srv/berth', signUp: 'open' });
    expect(parse().trustedProxies).toEqual([]);
    const proxies = ['--trusted-proxy', '127.0.0.1/32', '--trusted-proxy', '2001:db8::/32'];
    expect(parse(...proxies).trustedProxies).toEqual(['127.0.0.1/32', '2001:db8::/32']);
    expect([parse().replay, parse('--replay').replay]).toEqual([false, true]);
  });

  it.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port', '80.5'],
    ['--unknown'],
    ['extra'],
    ['--data', ''],
    ['--trusted-proxy', '127.0.0.1'],
  ])('refuses %s %s in a sentence', (...args) =>
    expect(() => parse(...args.filter((each): each is string => each !== undefined))).toThrow(StartFailure),
  );
});

describe('the banner', () => {
  const banner = {
    ...{ url: 'http://localhost:8080', folder: '/work/.berth', exampleUrl: 'http://hello.localhost:8080' },
    limits: 'memory watched, CPU measured but not limited (no cgroup)',
  };

  it('shows the password at the first start and never again', () => {
    const administrator = { email: 'admin@berth.localhost', password: 'shown-once' };
    expect(bannerOf({ ...banner, administrator })).toContain('shown-once');
    expect(bannerOf({ ...banner, administrator: null })).not.toContain('Password');
  });

  it('says what limits memory and CPU of apps', () => {
    expect(bannerOf({ ...banner, administrator: null })).toMatch(/^ {2}Limits +memory watched, CPU measured/m);
  });

  it('ends with three commands to type', () => {
    const lines = bannerOf({ ...banner, administrator: null }).split('\n');
    expect(lines.filter((line) => line.startsWith('  npx berth'))).toHaveLength(3);
    expect(bannerOf({ ...banner, administrator: null })).toContain('http://hello.localhost:8080');
  });

  it('names the server to log in to when the command would look elsewhere', () => {
    const loginOn = (url: string) => /npx berth login.*/.exec(bannerOf({ ...banner, url, administrator: null }))?.[0];
    expect(loginOn('http://localhost:8080')).toBe('npx berth login');
    expect(loginOn('http://localhost:9123')).toBe('npx berth login --server http://localhost:9123');
  });
});
