import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that installs another tool is no library
import { installFocusValidator } from '../../../tools/focus/install.mjs';
import { focusCsv } from '../src/exports/focus.js';
import { pricesOf, told } from './told-invoice.js';

const run = promisify(execFile);

/**
 * Rules of the validator (1.0.0) that no file passes which is as FOCUS 1.0 says: columns by names that the specification had
 * before 1.0, and two that end in errors of their own (a list of currencies that is not in the package, `ChargeType` for
 * `ChargeCategory`).
 */
const outdated = [
  'BillingCurrency_IsCurrencyCode',
  'InvoiceIssuer_Required',
  'Provider_Required',
  'Publisher_Required',
  'ResourceID_Required',
  'SkuPriceId_Nullable',
];

let validator: string;
let folder: string;
beforeAll(async () => {
  validator = installFocusValidator();
  folder = await mkdtemp(join(tmpdir(), 'berth-focus-'));
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Names of the rules that were asked, and of those that failed. */
async function judged(csv: string): Promise<{ rules: string[]; failed: string[] }> {
  const [file, report] = [join(folder, 'invoice.csv'), join(folder, 'report.xml')];
  await writeFile(file, csv);
  const wanted = ['--data-file', file, '--validate-version', '1.0'];
  const ended = run(validator, [...wanted, '--output-type', 'unittest', '--output-destination', report]);
  // It ends badly when a rule fails, and has written its report.
  await ended.catch((error: unknown) => expect(error).toMatchObject({ code: 1 }));
  const cases = [...(await readFile(report, 'utf8')).matchAll(/<testcase name="(\w+) [^>]*?(\/>|>\s*<failure)/g)];
  await rm(report);
  const names = (rows: readonly RegExpMatchArray[]) => rows.map(([, name = '']) => name);
  return { rules: names(cases), failed: names(cases.filter(([, , rest]) => rest !== '/>')).sort() };
}

describe('an invoice in FOCUS 1.0, as the validator of the specification has it,', () => {
  const csv = focusCsv(told, pricesOf);

  it('keeps every rule that is of 1.0', async () => {
    const { rules, failed } = await judged(csv);
    expect(rules.length).toBeGreaterThan(130);
    expect(failed).toEqual(outdated);
  });

  it.each([
    ['a frequency that there is not', csv.replaceAll(',Usage-Based,', ',Sometimes,'), 'ChargeFrequency_Enum'],
    ['a moment that is none', csv.replaceAll('2026-12-01T05:00:00Z', 'December'), 'BillingPeriodEnd_IsDateTime'],
    ['a cost that is none', csv.replace(/^,2\.80,/m, ',free,'), 'BilledCost_IsDecimal'],
    ['no column for costs', csv.replace('BilledCost', 'Cost'), 'BilledCost_Required'],
  ])('would not with %s', async (_, broken, rule) => {
    expect(broken).not.toBe(csv);
    expect((await judged(broken)).failed).toContain(rule);
  });
});
