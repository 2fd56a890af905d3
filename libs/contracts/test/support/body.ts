import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';

export type Edge = readonly [pointer: string, value: unknown];

export interface Body {
  readonly name: string;
  readonly schema: z.ZodType;
  /** The least that is taken, or a whole one. */
  readonly valid: object;
  /** Values that a field may have. */
  readonly takes?: readonly Edge[];
  /** Values that a field may not have; the refusal points to it, or to `at`. */
  readonly refuses: readonly (Edge | readonly [...Edge, at: string])[];
  /** A request refuses fields that it does not know; a query and what speaks another protocol pass over them. */
  readonly isOpen?: boolean;
}

/** A copy in which the place has the value; `undefined` takes the field away. */
export function having(whole: unknown, pointer: string, value: unknown): unknown {
  const [field = '', ...rest] = pointer.slice(1).split('/');
  if (pointer === '') return value;
  const inner = rest.length === 0 ? value : having(Reflect.get(Object(whole), field), `/${rest.join('/')}`, value);
  if (Array.isArray(whole)) return whole.with(Number(field), inner);
  return Object.fromEntries(
    Object.entries({ ...(whole as object), [field]: inner }).filter(([, each]) => each !== undefined),
  );
}

/** JSON pointers of all that is wrong; none when it is taken. */
export const wrongIn = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(({ path }) => path.map((each) => `/${String(each)}`).join(''));

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? 'nothing';

/** States the edges of a body, each by itself: everything else in it is right. */
export function describeBody({ name, schema, valid, takes = [], refuses, isOpen = false }: Body): void {
  describe(name, () => {
    it('is taken', () => expect(wrongIn(schema, valid)).toEqual([]));

    for (const [place, value] of takes)
      it(`may have at ${place} ${shown(value)}`, () =>
        expect(wrongIn(schema, having(valid, place, value))).toEqual([]));

    for (const [place, value, wrong = place] of refuses)
      it(`may not have at ${place} ${shown(value)}`, () =>
        expect(wrongIn(schema, having(valid, place, value))).toContain(wrong));

    it(`${isOpen ? 'passes over' : 'refuses'} a field that it does not know`, () => {
      const parsed = schema.safeParse({ ...valid, surprise: true });
      if (!isOpen)
        return expect(parsed.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['surprise'] }]);
      expect(parsed.success).toBe(true);
      expect(parsed.data).not.toHaveProperty('surprise');
    });
  });
}

export const long = (length: number, letter = 'a'): string => letter.repeat(length);
export const uuid = '0193a5b0-0000-7000-8000-000000000001';
export const at = '2026-11-21T10:00:00.000Z';
