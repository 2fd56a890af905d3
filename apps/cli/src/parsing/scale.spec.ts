import { describe, expect, it } from '@jest/globals';
import { parseAssignments } from './assignments.js';
import { parseScale } from './scale.js';

describe('parseScale', () => {
  it('reads counts', () => {
    expect(parseScale(['web=3', 'worker=0'], {})).toEqual({ counts: { web: 3, worker: 0 }, sizes: {} });
  });

  it('gives every named process type the size', () => {
    const size = { cpuMillicores: 500, memoryMib: 256 };
    expect(parseScale(['web=3', 'worker'], { cpu: '500m', memory: '256Mi' })).toEqual({
      counts: { web: 3 },
      sizes: { web: size, worker: size },
    });
  });

  it('means web when only a size is given', () => {
    expect(parseScale([], { memory: '1Gi' })).toEqual({ counts: {}, sizes: { web: { memoryMib: 1_024 } } });
  });

  it.each([
    [[], {}],
    [['web'], {}],
    [['web='], {}],
    [['=3'], {}],
    [['web=3=4'], {}],
    [['web=-1'], {}],
    [['web=1', 'web=2'], {}],
    [['web=1'], { cpu: 'a lot' }],
  ])('refuses %j with %j as wrong usage', (processes, sizes) => {
    expect(() => parseScale(processes, sizes)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('parseAssignments', () => {
  it('takes everything after the first = as the value', () => {
    expect(parseAssignments(['A=1', 'URL=http://x?a=b', 'EMPTY=', 'TEXT=two words'])).toEqual({
      A: '1',
      URL: 'http://x?a=b',
      EMPTY: '',
      TEXT: 'two words',
    });
  });

  it.each([[['A']], [['=1']], [['A=1', 'A=2']]])('refuses %j', (texts) => {
    expect(() => parseAssignments(texts)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
