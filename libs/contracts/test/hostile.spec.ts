import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import * as build from '../src/build.js';
import * as common from '../src/common.js';
import * as deployment from '../src/deployment.js';
import * as identity from '../src/identity.js';
import * as metering from '../src/metering.js';
import * as runtime from '../src/runtime.js';

const exported: Record<string, unknown> = { ...build, ...common, ...deployment, ...identity, ...metering, ...runtime };
const schemas = Object.entries(exported).flatMap(([name, value]) =>
  value instanceof z.ZodType ? [[name, value] as const] : [],
);

const text = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1.5',
    'many',
    '__proto__',
    'constructor',
    '\0',
    '\ud800',
    '2026-13-01',
    '{}',
    'a'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const number = fc.oneof(fc.constantFrom(0, -1, 0.5, 2 ** 31, 2 ** 53, 1e300), fc.integer());
const anything = fc.oneof(text, number, fc.constantFrom(null, true, undefined), fc.jsonValue({ maxDepth: 2 }));

type Def = z.core.$ZodTypes['_zod']['def'];

/** Values of the kinds that a schema asks for, as JSON, with little regard to what it asks of them: near misses. */
function near(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const def = schema._zod.def as Def;
  if (def.type === 'string') return text;
  if (def.type === 'number') return number;
  if (def.type === 'boolean') return fc.boolean();
  if (def.type === 'literal') return fc.constantFrom(...def.values);
  if (def.type === 'enum') return fc.constantFrom(...Object.values(def.entries));
  if (def.type === 'array') return fc.array(near(def.element), { maxLength: 4 });
  if (def.type === 'record') return fc.dictionary(text, near(def.valueType), { maxKeys: 4 });
  if (def.type === 'object') return fc.record(mapped(def.shape));
  if (def.type === 'union') return fc.oneof(...def.options.map(near));
  if (def.type === 'pipe') return near(def.in);
  if (def.type === 'nullable') return fc.option(near(def.innerType));
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault')
    return fc.option(near(def.innerType), { nil: undefined });
  return anything;
}

const mapped = (shape: Readonly<Record<string, z.core.$ZodType>>): Record<string, fc.Arbitrary<unknown>> =>
  Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, near(field)]));

describe.each(schemas)('the schema %s', (_name, schema) => {
  it('answers to whatever is sent, takes or refuses it, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: near(schema) }, { weight: 1, arbitrary: anything }), (value) => {
        const { success, error } = schema.safeParse(value);
        expect(success).toBe(error === undefined);
      }),
      { numRuns: 25, seed: 1 },
    );
  });
});

it('there is no other kind of schema that goes untested', () => expect(schemas.length).toBeGreaterThan(200));
