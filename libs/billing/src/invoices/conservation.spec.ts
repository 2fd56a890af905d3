import { priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import type { Segment } from '../rating/rating.js';
import { NotConserved, requireConserved } from './conservation.js';
import { documentOf, type InvoiceInput } from './document.js';

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

const input: InvoiceInput = {
  ...{ number: null, issuedAt: null, issuer: 'BERTH', organizationId: 'o', cut: '1', codeVersion: '1', parties: {} },
  period: { month: '1970-01', timeZone: 'UTC', from, to },
  book: { id: 'b', name: 'default', currency: 'EUR', rounding: 'half-even' },
  ...{ segments: [segment], coupons: [], taxes: [], credits: [], corrections: [], names: undefined },
  spans: { count: 1, sha256: '' },
};
const told = documentOf(input);
const sums = { cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 0n };

describe('usage', () => {
  it('is conserved when spans are what is rated or known to have no price, and that is what the lines say', () => {
    expect(() => requireConserved(sums, [segment], told)).not.toThrow();
  });

  it.each([
    ['lost', { cpu: 13n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 0n }],
    ['made', { cpu: 12n, memory: 2n, storage: 0n, build: 0n, egress: 0n, domain: 0n }],
    ['measured but not rated', { cpu: 12n, memory: 3n, storage: 1n, build: 0n, egress: 0n, domain: 0n }],
    ['built but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 1n, egress: 0n, domain: 0n }],
    ['sent but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 1n, domain: 0n }],
    ['led but not rated', { cpu: 12n, memory: 3n, storage: 0n, build: 0n, egress: 0n, domain: 1n }],
  ])('that was %s on the way stops everything', (_name, spans) => {
    expect(() => requireConserved(spans, [segment], told)).toThrow(NotConserved);
  });

  const [line] = told.lines;
  const said = (quantity: string) => ({ ...line!, usage: { ...line!.usage!, quantity } });
  it.each([
    ['is missing on its line', { lines: [{ ...said('11'), apps: [{ appId: 'a', quantity: '11', amount: '0.00' }] }] }],
    ['stands on two lines', { lines: [line!, line!] }],
    ['stands on no line', { lines: [] }],
    ['has no price, and is not said to', { unpriced: [] }],
    ['has no price, and is said to twice', { unpriced: [...told.unpriced!, ...told.unpriced!] }],
    ['is on its line and not with an app', { lines: [{ ...line!, apps: line!.apps.slice(1) }] }],
    ['is with an app on a line that is of none', { lines: [line!, { ...line!, usage: null }] }],
  ])('that %s stops everything, too', (_name, over) => {
    expect(() => requireConserved(sums, [segment], { ...told, ...over })).toThrow(NotConserved);
  });
});
