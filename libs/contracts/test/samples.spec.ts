import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { type CloudEvent, envelope, registry, topicOf, topicsOf } from '../src/events.js';

const folder = new URL('../samples/', import.meta.url);
const files = readdirSync(folder);
const sample = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CloudEvent;

describe('the registry of events', () => {
  it('has a golden sample of every type', () => {
    const sampled = new Set(files.map((file) => file.replace(/\.\d+\.json$/, '')));
    expect([...registry.keys()].filter((type) => !sampled.has(type))).toEqual([]);
  });

  it('names each type by aggregate, past tense and version, from the service that its topic belongs to', () => {
    for (const definition of registry.values()) {
      expect(definition.type).toMatch(/^berth\.[a-z-]+\.[a-z-]+\.v\d+$/);
      expect(topicsOf(definition).length).toBe(definition.producer === 'every-service' ? 4 : 1);
    }
  });
});

// Samples are only ever added: a published version of an event never changes.
describe.each(files)('the golden sample %s', (file) => {
  const event = sample(file);
  const definition = registry.get(event.type);

  it('is a whole envelope of its type', () => {
    expect(envelope.parse(event)).toEqual(event);
    expect(definition && topicsOf(definition)).toContain(topicOf(event.source.replace('/berth/', '') as 'build'));
  });

  it('is understood without losing a field', () => {
    expect(definition?.data.parse(event.data)).toEqual(event.data);
  });

  it('is refused when a field that must be there is missing, or one is of another kind', () => {
    for (const field of Object.keys(event.data as object)) {
      const without = Object.fromEntries(Object.entries(event.data as object).filter(([name]) => name !== field));
      const { shape } = definition?.data as z.ZodObject<Record<string, z.ZodType>>;
      expect(definition?.data.safeParse(without).success).toBe(shape[field]?.safeParse(undefined).success ?? false);
      expect(definition?.data.safeParse({ ...without, [field]: () => undefined }).success).toBe(false);
    }
  });
});
