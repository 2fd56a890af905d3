import { describe, expect, it } from '@jest/globals';
import { amounts } from '../commands/usage/amounts.js';
import { bytes, duration, grouped, shortCommit, shortDigest, time } from './format.js';
import { record, table } from './table.js';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.0 KiB'],
    [268_435_456, '256.0 MiB'],
    [1_048_575, '1.0 MiB'],
    [1_024 ** 5 * 3, '3072.0 TiB'],
    [5 * 1_024 ** 4, '5.0 TiB'],
  ])('%i bytes are %s', (count, text) => expect(bytes(count)).toBe(text));

  it.each([
    [850, '850 ms'],
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [119_600, '2 min 0 s'],
    [7_325_000, '122 min 5 s'],
    [250_000, '4 min 10 s'],
  ])('%i ms are %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text));

  it('shortens what is long', () => {
    expect(time('2026-11-21T10:00:05.123Z')).toBe('2026-11-21 10:00:05');
    expect(shortCommit('0123456789abcdef')).toBe('0123456');
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab');
    expect([time(null), shortCommit(null), shortDigest(null)]).toEqual([null, null, null]);
  });

  it.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1 000'],
    ['-1000', '-1 000'],
    ['-100000', '-100 000'],
    ['12345678901234567890', '12 345 678 901 234 567 890'],
  ])('groups %s as %s', (digits, text) => expect(grouped(digits)).toBe(text));

  it('rounds usage down to whole core-seconds and GiB-seconds, beyond 2^53 too', () => {
    const byteSeconds = (2n ** 80n + 2n ** 30n - 1n).toString();
    expect(
      amounts({
        ...{ millicoreSeconds: '1999', byteSeconds, storageByteSeconds: byteSeconds, buildMillicoreSeconds: '2999' },
        egressBytes: '1234',
        domainSeconds: '7200',
        instanceSeconds: '1',
      }),
    ).toEqual([
      '1',
      grouped((2n ** 50n).toString()),
      grouped(byteSeconds),
      grouped((2n ** 50n).toString()),
      '2',
      '1 234',
      '2',
    ]);
  });
});

describe('table', () => {
  it('aligns columns, shows nothing as -, and ends lines without spaces', async () => {
    const text = await table(
      ['name', 'count'],
      [
        ['a', 1],
        ['longer', null],
        ['', 0],
      ],
    );
    expect(text.split('\n')).toEqual(['NAME    COUNT', 'a       1', 'longer  -', '-       0']);
  });

  it('writes records with aligned values', () => {
    expect(record({ Id: 'x', Status: null })).toBe('Id:     x\nStatus: -');
  });
});
