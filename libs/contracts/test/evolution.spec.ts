import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { type CloudEvent, envelope, registry, storageMibIn } from '../src/events.js';
import { desiredWorkload, routeTable } from '../src/runtime.js';
import { having, long, wrongIn } from './support/body.js';

const folder = new URL('../samples/', import.meta.url);
const samples = readdirSync(folder).map(
  (file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CloudEvent] as const,
);
const [, whole] = samples[0]!;

/** The same with one more field in every object, at any depth. */
function withSurprises(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSurprises);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => [name, withSurprises(each)]);
  return { ...(Object.fromEntries(fields) as object), surprise: 'of a newer producer' };
}

describe.each(samples)('%s, told by a newer producer', (_file, event) => {
  const schema = registry.get(event.type)?.data as z.ZodObject;

  it('may say more at every place: it is understood as before', () => {
    expect(schema.parse({ ...(event.data as object), surprise: true })).toEqual(event.data);
    expect(schema.safeParse(withSurprises(event.data)).error).toBeUndefined();
  });

  it('is what it was after it went over the wire', () => {
    const sent = JSON.stringify({ ...event, data: schema.parse(event.data) });
    expect(envelope.parse(JSON.parse(sent))).toEqual(event);
  });

  it('is of the version that its type names, and of no other', () => {
    expect(registry.has(event.type.replace(/\d+$/, (version) => `${Number(version) + 1}`))).toBe(false);
  });
});

describe('an envelope', () => {
  it.each([
    ['/specversion', '1.1'],
    ['/id', 'not-an-id'],
    ['/source', '/berth/'],
    ['/source', 'https://elsewhere/berth/build'],
    ['/source', '/berth/Build'],
    ['/type', 'berth.app.created'],
    ['/type', 'berth.app.created.v1\n'],
    ['/type', 'other.app.created.v1'],
    ['/subject', ''],
    ['/partitionkey', ''],
    ['/time', '2026-11-21T10:00:00Z'],
    ['/time', '2026-02-30T10:00:00.000Z'],
    ['/datacontenttype', 'text/plain'],
    ['/aggregateversion', 0],
    ['/aggregateversion', 2 ** 53],
    ['/epoch', -1],
    ['/organizationid', 'acme'],
  ])('may not have at %s %j', (place, value) =>
    expect(wrongIn(envelope, having(whole, place, value))).toEqual([place]),
  );

  it.each(['specversion', 'id', 'source', 'type', 'subject', 'time', 'partitionkey', 'aggregateversion', 'epoch'])(
    'is none without %s',
    (field) => expect(wrongIn(envelope, having(whole, `/${field}`, undefined))).toEqual([`/${field}`]),
  );

  it('has no attribute that we do not know: an extension is ours to define', () => {
    expect(envelope.safeParse({ ...whole, traceparent: '00-1-2-03' }).success).toBe(false);
  });
});

describe('what was said before there were volumes', () => {
  it('leaves an organization 100 GiB, and a quota of none is none', () => {
    expect([{}, { storageMib: 0 }, { storageMib: 5 }].map(storageMibIn)).toEqual([102_400, 0, 5]);
  });
});

describe('what is stated to a runtime', () => {
  it('has no field that the runtime would pass over', () => {
    for (const schema of [desiredWorkload, routeTable])
      expect(schema.safeParse({ surprise: true }).error?.issues).toContainEqual(
        expect.objectContaining({ code: 'unrecognized_keys', keys: ['surprise'] }),
      );
  });

  it.each(['', 'Shop', 'shop_live', 'shop/live', '../shop', long(64)])(
    'never lies in the namespace %j',
    (namespace) => {
      expect(desiredWorkload.shape.namespace.safeParse(namespace).success).toBe(false);
    },
  );
});
