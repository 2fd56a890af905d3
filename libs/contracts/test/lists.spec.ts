import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import * as build from '../src/build.js';
import * as deployment from '../src/deployment.js';
import * as identity from '../src/identity.js';
import * as metering from '../src/metering.js';
import { long, wrongIn } from './support/body.js';

const exported = Object.entries({ ...build, ...deployment, ...identity, ...metering });

/** Whatever has a limit and a cursor is the query of a list. */
const lists = exported.flatMap(([name, schema]): [string, z.ZodObject][] =>
  schema instanceof z.ZodObject && 'limit' in schema.shape && 'cursor' in schema.shape ? [[name, schema]] : [],
);

/** Of this query alone: what else it asks for is not there, and may be complained about. */
const wrongAt = (schema: z.ZodType, name: string, value: unknown) =>
  wrongIn(schema, { [name]: value }).filter((each) => each === `/${name}`);

describe.each(lists)('the list of %s', (_name, schema) => {
  it('has 1 to 200 items, 50 when nobody says', () => {
    for (const limit of ['1', '200', undefined]) expect([limit, wrongAt(schema, 'limit', limit)]).toEqual([limit, []]);
    for (const limit of ['0', '201', '-1', '1.5', '', 'all', ['1', '2']])
      expect([limit, wrongAt(schema, 'limit', limit)]).toEqual([limit, ['/limit']]);
    expect(z.safeParse(schema.shape.limit as z.ZodType, undefined).data).toBe(50);
  });

  it('goes on at a cursor of at most 500 characters', () => {
    expect(wrongAt(schema, 'cursor', long(500))).toEqual([]);
    for (const cursor of [long(501), ['a', 'b'], 7]) expect(wrongAt(schema, 'cursor', cursor)).toEqual(['/cursor']);
  });

  it('is of what an id or a name can be', () => {
    const places = Object.keys(schema.shape).filter((name) =>
      ['organization', 'project', 'environment', 'workload', 'invoice', 'user', 'slug', 'name'].includes(name),
    );
    for (const place of places)
      for (const value of ['', '*', '../x', "' or 1=1", ['a', 'b']])
        expect([place, value, wrongAt(schema, place, value)]).toEqual([place, value, [`/${place}`]]);
  });
});

it('there are lists of most things', () => expect(lists.length).toBeGreaterThan(25));
