import { describe, expect, it } from '@jest/globals';
import { baseConfig } from './base-config.js';
import { ConfigError, loadConfig } from './load-config.js';

const least = { DATABASE_URL: 'postgres://berth@localhost/berth' };
const load = (environment: Record<string, string | undefined>) => loadConfig(baseConfig, { ...least, ...environment });

describe('configuration', () => {
  it('needs a database and nothing else', () => {
    expect(loadConfig(baseConfig, least)).toMatchObject({ ROLE: 'both', HOST: '127.0.0.1', PORT: 0, BUS: 'embedded' });
    expect(() => loadConfig(baseConfig, {})).toThrow(/DATABASE_URL/);
  });

  it('cannot be changed afterwards, and holds nothing that it was not asked for', () => {
    const config = load({ PATH: '/bin', AWS_SECRET_ACCESS_KEY: 's' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining(['AWS_SECRET_ACCESS_KEY']));
  });

  it.each([
    ['ROLE', 'boss'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://localhost/berth'],
    ['DATABASE_URL', 'localhost'],
    ['DATABASE_POOL', '1'],
    ['DATABASE_POOL', '201'],
    ['BUS', 'rabbit'],
    ['LOG_LEVEL', 'loud'],
    ['ACCESS_STALE_SECONDS', '0'],
    ['ACCESS_STALE_SECONDS', 'a minute'],
    ['MIGRATE', 'yes'],
    ['MIGRATE', 'TRUE'],
  ])('refuses %s=%s and names it, not its value', (name, value) => {
    const error = (() => {
      try {
        return load({ [name]: value });
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message.split('\n').slice(1)).toEqual([expect.stringMatching(`^  ${name}: `)]);
  });

  it('names every wrong value at once', () => {
    const wrong = { ROLE: 'x', PORT: 'x', BUS: 'x', MIGRATE: 'x' };
    for (const name of Object.keys(wrong)) expect(() => load(wrong)).toThrow(new RegExp(`^  ${name}: `, 'm'));
  });

  it('never prints the address of the database, which holds a password', () => {
    expect(() => load({ DATABASE_URL: 'mysql://berth:hunter22@localhost' })).toThrow(/^(?![\s\S]*hunter22)/);
  });

  it.each([
    ['', []],
    [' , ', []],
    ['10.0.0.1', ['10.0.0.1']],
    ['10.0.0.0/8, ::1 ,', ['10.0.0.0/8', '::1']],
  ])('believes the proxies %j', (text, proxies) => {
    expect(load({ TRUSTED_PROXIES: text }).TRUSTED_PROXIES).toEqual(proxies);
  });
});
