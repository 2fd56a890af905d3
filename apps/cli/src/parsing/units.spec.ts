import { describe, expect, it } from '@jest/globals';
import { CliError } from '../errors.js';
import { parseCount, parseCpu, parseDuration, parseMemory, parseNumber } from './units.js';

const refused = (parse: () => unknown): void => {
  expect(parse).toThrow(CliError);
  expect(parse).toThrow(expect.objectContaining({ exitCode: 2 }));
};

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['90', 90],
    ['30s', 30],
    ['10m', 600],
    ['2h', 7_200],
    ['1d', 86_400],
    ['1h30m', 5_400],
  ])('%s is %i seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', 'm', '10 m', '10M', '-5s', '1.5h', '5s!', '10mx'])('refuses "%s"', (text) =>
    refused(() => parseDuration(text)),
  );
});

describe('parseCpu', () => {
  it.each([
    ['500m', 500],
    ['0.5', 500],
    ['2', 2_000],
    ['0.001', 1],
    ['1.25', 1_250],
  ])('%s is %i millicores', (text, millicores) => expect(parseCpu(text)).toBe(millicores));

  it.each(['', 'm', '0.5m', '-1', '1,5', '2 cores', '1e3'])('refuses "%s"', (text) => refused(() => parseCpu(text)));
});

describe('parseMemory', () => {
  it.each([
    ['256Mi', 256],
    ['256MiB', 256],
    ['2Gi', 2_048],
    ['0.5Gi', 512],
    ['1.5Gi', 1_536],
  ])('%s is %i MiB', (text, mib) => expect(parseMemory(text)).toBe(mib));

  it.each(['', '256', '256M', '1G', '0.3Mi', '1.3Gi', '-1Mi', '1 Gi'])('refuses "%s"', (text) =>
    refused(() => parseMemory(text)),
  );
});

describe('parseNumber', () => {
  it.each([
    ['v7', 7],
    ['7', 7],
    ['#7', 7],
  ])('%s is %i', (text, number) => expect(parseNumber(text, 'release')).toBe(number));

  it.each(['', 'v', 'v0', '0', 'latest', 'v7.1', '-1'])('refuses "%s"', (text) =>
    refused(() => parseNumber(text, 'deployment')),
  );
});

describe('parseCount', () => {
  it('takes whole numbers', () => expect([parseCount('0'), parseCount('12', 1)]).toEqual([0, 12]));

  it.each(['', '-1', '1.5', 'many', '0'])('refuses "%s" where at least one is needed', (text) =>
    refused(() => parseCount(text, 1)),
  );
});
