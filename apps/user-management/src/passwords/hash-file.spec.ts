import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { breachedPasswordsOf } from './breached-passwords.js';
import { HashFile } from './hash-file.js';

const hashOf = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `password ${index}`);
const linesOf = (texts: readonly string[], end = '\r\n'): string =>
  texts
    .map(hashOf)
    .toSorted()
    .map((hash, index) => `${hash}:${3 ** (index % 16)}${end}`)
    .join('');

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-hashes-'));
  path = join(folder, 'pwned.txt');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file of hashes', () => {
  it.each([
    [1, '\n'],
    [80, '\r\n'],
    [2_000, '\n'],
    [2_001, '\r\n'],
  ])('of %d lines that end in %j has each of them and nothing else', async (count, end) => {
    await writeFile(path, linesOf(numbers(count), end));
    const hashes = new HashFile(path);
    const found = await Promise.all(numbers(count + 500).map((text) => hashes.has(hashOf(text))));
    expect(found).toEqual([...Array<boolean>(count).fill(true), ...Array<boolean>(500).fill(false)]);
    for (const edge of ['0'.repeat(40), 'F'.repeat(40)]) expect(await hashes.has(edge)).toBe(false);
  });

  it('is found without its last line end', async () => {
    await writeFile(path, linesOf(numbers(300)).trimEnd());
    const [hashes, last] = [new HashFile(path), numbers(300).map(hashOf).toSorted().at(-1)!];
    await hashes.check();
    expect(await hashes.has(last)).toBe(true);
  });

  it('counts at once when it is replaced, and is not passed over when it is gone', async () => {
    await writeFile(path, linesOf(['one']));
    const breached = await breachedPasswordsOf({ BREACHED_PASSWORDS_FILE: path });
    expect([await breached.has('one'), await breached.has('two')]).toEqual([true, false]);
    await writeFile(`${path}.new`, linesOf(['two']));
    await rename(`${path}.new`, path);
    expect([await breached.has('one'), await breached.has('two')]).toEqual([false, true]);
    await rm(path);
    await expect(breached.has('two')).rejects.toThrow('ENOENT');
  });

  it.each([
    ['nothing', ''],
    ['passwords themselves', 'password\n123456\n'],
    ['hashes of NTLM', `${'A'.repeat(32)}:4\n`],
    ['hashes in the order of how often they were seen', `${'F'.repeat(40)}:9\n${'A'.repeat(40)}:4\n`],
  ])('of %s is none: the service does not start', async (_, text) => {
    await writeFile(path, text);
    const none = `BREACHED_PASSWORDS_FILE: ${path} is no file of SHA-1 hashes in their order`;
    await expect(breachedPasswordsOf({ BREACHED_PASSWORDS_FILE: path })).rejects.toThrow(none);
  });

  it('that is not there keeps the service from starting, too; without one nothing was breached', async () => {
    await expect(breachedPasswordsOf({ BREACHED_PASSWORDS_FILE: path })).rejects.toThrow('BREACHED_PASSWORDS_FILE');
    expect(await (await breachedPasswordsOf({})).has('one')).toBe(false);
  });
});
