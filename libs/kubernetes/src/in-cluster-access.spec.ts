import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '@berth/service-kit';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { inClusterAccess } from './in-cluster-access.js';

class HeldClock extends Clock {
  at = 0;
  override monotonic = () => this.at;
}

let folder: string;
let clock: HeldClock;
const mount = (token: string) => writeFileSync(join(folder, 'token'), `${token}\n`);
const access = (host = '10.96.0.1') => inClusterAccess({ host, port: '443', folder, clock });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-account-'));
  clock = new HeldClock();
  writeFileSync(join(folder, 'ca.crt'), 'the authority');
  mount('first');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is the server of the environment, with the mounted authority and token', () => {
  expect(access()).toMatchObject({ server: 'https://10.96.0.1:443', authority: 'the authority' });
  expect(access().token?.()).toBe('first');
  expect(access('fd00::1').server).toBe('https://[fd00::1]:443');
});

it('takes a replaced token after a while', () => {
  const { token } = access();
  mount('second');
  expect(token?.()).toBe('first');
  clock.at = 60_000;
  expect(token?.()).toBe('second');
});

it('takes it at once when the server refused the former one', () => {
  const { token } = access();
  mount('second');
  expect(token?.('first')).toBe('second');
  expect(token?.('first')).toBe('second');
});

it('cannot be used where no account is mounted', () => {
  rmSync(join(folder, 'token'));
  expect(access).toThrow(/token/);
});
