import { describe, expect, it } from '@jest/globals';
import { parseAssignments } from './assignments.js';
import { parseScale } from './scale.js';

describe('parseScale', () => {
  it('takes bounds, and what to steer towards between them', () => {
    expect(parseScale(['web=2..10', 'worker=1'], {})).toEqual({
      ...{ counts: { worker: 1 }, sizes: {}, autoscaling: { web: { min: 2, max: 10, cpuPercent: 70 } } },
    });
    expect(parseScale(['web=2..10'], { targetCpu: '50', memory: '1Gi' })).toEqual({
      counts: {},
      sizes: { web: { memoryMib: 1_024 } },
      autoscaling: { web: { min: 2, max: 10, cpuPercent: 50 } },
    });
  });

  it.each([[['web=3']], [['web']], [[]]])('refuses a target without bounds: %j', (processes) =>
    expect(() => parseScale(processes, { targetCpu: '50', memory: '1Gi' })).toThrow(
      expect.objectContaining({ exitCode: 2 }),
    ),
  );

  it.each(['web=2..', 'web=..3', 'web=a..b', 'web=1..2..3'])('refuses %s', (text) =>
    expect(() => parseScale([text], {})).toThrow(expect.objectContaining({ exitCode: 2 })),
  );

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
