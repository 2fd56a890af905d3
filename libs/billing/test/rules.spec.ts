import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invoiceDocument, metric } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { ExportIncomplete } from '../src/invoices/export-incomplete.js';
import { exportIn } from '../src/invoices/export.js';
import { recompute } from '../src/invoices/recompute.js';
import { NewerRules } from '../src/invoices/rules.js';
import { codeVersion } from '../src/version.js';

const folder = join(import.meta.dirname, 'samples');
/** Exports as they were written while these rules held. They are never changed: who finds one failing needs new rules. */
const samples = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const newest = samples.find(({ name }) => name === `invoice-by-rules-${codeVersion}.json`)!;
const after = String(Number(codeVersion) + 1);

interface File {
  readonly format: string;
  readonly document: string;
}
/** The newest, as another version might have written it. */
const written = (over: object, more: object = {}): string => {
  const file = JSON.parse(newest.text) as File;
  const document = JSON.stringify({ ...(JSON.parse(file.document) as object), ...over });
  return JSON.stringify({ ...file, document, ...more });
};

describe('the rules that invoices are written by', () => {
  it.each(samples)('$name still give every byte', ({ name, text }) => {
    const exported = exportIn(text);
    const told = invoiceDocument.parse(JSON.parse(exported.document));
    expect(name.startsWith(`invoice-by-rules-${told.codeVersion}`)).toBe(true);
    expect(recompute(exported)).toBe(exported.document);
  });

  it('have a sample each, up to those of today', () => {
    const numbers = samples.map(({ name }) => Number(/[0-9]+/.exec(name)?.[0]));
    const known = Array.from({ length: Number(codeVersion) }, (_, index) => index + 1);
    expect([...new Set(numbers)].toSorted((a, b) => a - b)).toEqual(known);
  });

  it('are shown by samples with every kind of line, use and name that there is', () => {
    const read = (text: string) => invoiceDocument.parse(JSON.parse(exportIn(text).document));
    const [told, all] = [read(newest.text), samples.map(({ text }) => read(text))];
    const own = all.filter((each) => each.codeVersion === codeVersion);
    const kinds = new Set(own.flatMap(({ lines }) => lines.map(({ kind, usage }) => usage?.metric ?? kind)));
    const others = ['credit', 'discount', 'fee', 'minimum', 'tax'];
    expect([...kinds].toSorted()).toEqual([...metric.options, ...others].toSorted());
    expect([told.unpriced, told.corrections, told.coupons, told.credits].map((each) => each?.length)).toEqual([
      ...[1, 1, 1, 1],
    ]);
    expect(told.names!.map(({ domains }) => domains?.length)).toEqual([1, 1]);
  });

  it.each([
    ['an invoice by later rules', written({ codeVersion: after })],
    ['one with what nobody knows yet', written({ codeVersion: after, period: 'November', lines: 'none' })],
    ['a file of a later format', written({}, { format: 'berth.invoice-export.v2', events: null })],
  ])('are not guessed: %s was written by a newer Berth', (_name, text) => {
    expect(() => exportIn(text)).toThrow(NewerRules);
  });

  it('are asked for before an invoice is computed anew, too', () => {
    const exported = exportIn(newest.text);
    const document = exported.document.replace(`"codeVersion": "${codeVersion}"`, `"codeVersion": "${after}"`);
    expect(document).not.toBe(exported.document);
    expect(() => recompute({ ...exported, document })).toThrow(NewerRules);
  });

  it.each(['', '0', '-1', '1.5', 'x', '01'])(
    'that nobody ever wrote by (%j) are no reason to call it newer',
    (version) => {
      expect(() => exportIn(written({ codeVersion: version }))).toThrow(ExportIncomplete);
    },
  );

  it.each(['hello', '{}', '{"format":"other","document":"{}"}'])('are not those of %s', (text) => {
    expect(() => exportIn(text)).toThrow();
    expect(() => exportIn(text)).not.toThrow(NewerRules);
  });
});
