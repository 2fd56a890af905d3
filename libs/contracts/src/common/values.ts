import { z } from 'zod';

/** UUID version 7, made by the owning service before insert. */
export const id = z.uuid();

/** A name that stands in host names and URLs: immutable, unique in its parent, 2 to 40 characters. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, {
  error:
    'must be 2 to 40 characters: lower-case letters, digits and hyphens, starting with a letter, ending with a letter or digit',
});

/** UTC instant with milliseconds, `2026-11-21T10:00:00.000Z`. */
export const instant = z.iso.datetime({ precision: 3 });

/** `sha256:` and 64 hexadecimal digits. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A non-negative integer of a base unit, written as a decimal string because it may exceed 2^53. */
export const bigCount = z.string().regex(/^(0|[1-9][0-9]*)$/);

/** The largest number that a row can count to. */
export const MOST = 2_147_483_647;

/** What is counted up from 1: versions, numbers of releases. */
export const ordinal = z.int().positive().max(MOST);

/** A decimal number as a string, never a float: `12.50`, `-0.0000000001`. */
export const decimal = z.string().regex(/^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/);

/** ISO 4217 code. */
export const currency = z.string().regex(/^[A-Z]{3}$/);

/** Text that a database can hold: no NUL and no half of a surrogate pair. */
export const storable = (text: string): boolean => /^[^\0\p{Cs}]*$/u.test(text);

/** Why somebody did what is recorded. */
export const reasonGiven = z
  .string()
  .trim()
  .min(3)
  .max(500)
  .refine(storable, { error: 'holds characters that cannot be stored' });

export type Id = string;
export type Slug = string;
export type Instant = string;
export type Digest = string;
