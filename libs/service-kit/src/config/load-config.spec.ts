import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
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

describe('configuration in files', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'berth-config-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const schema = baseConfig.extend({ SECRET: z.string().min(3), PLACE_FILE: z.string().optional() });
  const file = (text: string): string => {
    const path = join(folder, 'secret');
    writeFileSync(path, text);
    return path;
  };
  const loaded = (environment: Record<string, string>) => loadConfig(schema, { ...least, ...environment });

  it.each([
    ['the value', 'hunter22', 'hunter22'],
    ['the value and the end of its line', 'hunter22\n', 'hunter22'],
    ['an end of line as Windows has it', 'hunter22\r\n', 'hunter22'],
    ['several lines, of which one end goes', 'one\ntwo\n\n', 'one\ntwo\n'],
    ['space, which is part of it', ' hunter22 ', ' hunter22 '],
  ])('is taken from a file that holds %s', (_, text, value) => {
    expect(loaded({ SECRET_FILE: file(text) }).SECRET).toBe(value);
  });

  it('may be the address of the database, too', () => {
    const config = loadConfig(schema, { DATABASE_URL_FILE: file(`${least.DATABASE_URL}\n`), SECRET: 'abc' });
    expect(config.DATABASE_URL).toBe(least.DATABASE_URL);
  });

  it('is checked as in a variable, and not shown', () => {
    expect(() => loaded({ SECRET_FILE: file('zq') })).toThrow(/^ {2}SECRET: (?![^]*zq)/m);
  });

  it('is refused when it is set in both ways', () => {
    expect(() => loaded({ SECRET: 'hunter22', SECRET_FILE: file('other22') })).toThrow(
      /^ {2}SECRET: set it or SECRET_FILE, not both$/m,
    );
  });

  it('is refused when the file is not there, by the name of the variable', () => {
    expect(() => loaded({ SECRET_FILE: join(folder, 'none') })).toThrow(/^ {2}SECRET_FILE: ENOENT$/m);
  });

  it('is told with every other problem at once', () => {
    const none = join(folder, 'none');
    const environment = { SECRET_FILE: none, DATABASE_URL_FILE: file('other'), TOKEN_ISSUER_FILE: none, ROLE: 'boss' };
    expect(() => loaded(environment)).toThrow(
      /^(?=[^]* SECRET_FILE: ENOENT$)(?=[^]* DATABASE_URL: set it or)(?=[^]* TOKEN_ISSUER_FILE: ENOENT$)(?=[^]* ROLE: )/m,
    );
  });

  it('is not read where a variable is a path by itself, nor for a name that nobody knows', () => {
    const config = loaded({ SECRET: 'abc', PLACE_FILE: '/nowhere', OTHER_FILE: '/nowhere' });
    expect(config.PLACE_FILE).toBe('/nowhere');
  });
});
