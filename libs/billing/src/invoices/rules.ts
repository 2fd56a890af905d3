import { codeVersion } from '../version.js';
import { ExportIncomplete } from './export-incomplete.js';

/** Thrown when a later version of the platform wrote something: whether it is right cannot be told here. */
export class NewerRules extends Error {}

/**
 * That an invoice was written by rules which are known here.
 * @throws NewerRules
 * @throws ExportIncomplete when no version ever wrote that
 */
export function requireKnownRules({ number, codeVersion: by }: { number: string | null; codeVersion: string }): void {
  if (!/^[1-9][0-9]{0,8}$/.test(by)) throw new ExportIncomplete(`No rules are called ${by}.`);
  if (Number(by) > Number(codeVersion))
    throw new NewerRules(
      `${number ?? 'It'} was written by a newer Berth: by its rules ${by}, known are 1 to ${codeVersion}.`,
    );
}

/** Since when every domain that led to an app is named; some were before. */
export const namesDomains = ({ codeVersion: by }: { codeVersion: string }): boolean => Number(by) >= 2;
