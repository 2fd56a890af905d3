import { code } from 'currency-codes';

/** Decimals of the smallest unit by ISO 4217: JPY 0, EUR 2, KWD 3. @throws RangeError when there is no such currency */
export function digitsOf(currency: string): number {
  const record = code(currency);
  if (!record) throw new RangeError(`${currency} is no currency of ISO 4217`);
  return record.digits;
}

/** Whole smallest units as a decimal string: `-1205` with 2 digits is `-12.05`. */
export function formatMinor(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The reverse. @throws RangeError when the text has more decimals than the currency */
export function parseMinor(text: string, digits: number): bigint {
  const [, sign = '', whole = '', decimals = ''] = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
  const surplus = decimals.slice(digits);
  if (whole === '' || /[1-9]/.test(surplus)) throw new RangeError(`"${text}" is no amount with ${digits} decimals`);
  return BigInt(`${sign}${whole}${decimals.slice(0, digits).padEnd(digits, '0')}`);
}

export const isCurrency = (currency: string): boolean => code(currency) !== undefined;
