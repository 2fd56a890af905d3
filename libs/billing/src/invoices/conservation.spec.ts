import { priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import type { Segment } from '../rating/rating.js';
import { NotConserved, requireConserved } from './conservation.js';

const [from, to] = [new Date(0), new Date(1_000)];
const prices = priceList.parse({
  rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '1' } }],
});
const segment: Segment = {
  version: { version: 1, validFrom: from.toISOString(), validTo: null, prices },
  ...{ from, to },
  usage: [
    { appId: 'a', metric: 'cpu', quantity: 7n },
    { appId: 'b', metric: 'cpu', quantity: 5n },
    { appId: 'b', metric: 'memory', quantity: 3n },
  ],
};

describe('usage', () => {
  it('is conserved when spans are what is rated or known to have no price', () => {
    expect(() =>
      requireConserved({ cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 0n }, [segment]),
    ).not.toThrow();
  });

  it.each([
    ['lost', { cpu: 13n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 0n }],
    ['made', { cpu: 12n, memory: 2n, storage: 0n, build: 0n, egress: 0n, domain: 0n }],
    ['measured but not rated', { cpu: 12n, memory: 3n, storage: 1n, build: 0n, egress: 0n, domain: 0n }],
    ['built but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 1n, egress: 0n, domain: 0n }],
    ['sent but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 1n, domain: 0n }],
    ['led but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 1n }],
  ])('that was %s on the way stops everything', (_name, sums) => {
    expect(() => requireConserved(sums, [segment])).toThrow(NotConserved);
  });
});
