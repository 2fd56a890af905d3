import type { LogLine } from '@berth/contracts/runtime';
import type { KubeClient } from '@berth/kubernetes';
import { describe, expect, it } from '@jest/globals';
import type { Pod } from './cluster-objects.js';
import { podLogs } from './pod-logs.js';

type Lines = () => AsyncIterable<string>;

async function* saying(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(`2026-01-01T00:00:00.000000000Z ${text}`);
}

function follow(pods: Readonly<Record<string, Lines>>): AsyncGenerator<LogLine> {
  const lines = (path: string) => Promise.resolve(pods[/pods\/([^/]+)/.exec(path)?.[1] ?? '']?.());
  const client = { transport: { lines } } as unknown as KubeClient;
  const found = Object.keys(pods).map((name) => ({ metadata: { name, namespace: 'shop', labels: {} } }) as Pod);
  return podLogs(client, found, { follow: true }, new AbortController().signal);
}

describe('the lines of pods that are followed', () => {
  it('come from whichever has one, until all have ended', async () => {
    const texts: string[] = [];
    for await (const { text } of follow({ a: () => saying('one', 'two'), b: () => saying(), c: () => saying('three') }))
      texts.push(text);
    expect(texts.sort()).toEqual(['one', 'three', 'two']);
  });

  it('end with what went wrong with one of them', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield* saying('one');
      throw new Error('broken');
    }
    const told = follow({
      broken,
      quiet: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    });
    expect(await told.next()).toMatchObject({ value: { text: 'one' } });
    await expect(told.next()).rejects.toThrow('broken');
  });
});
