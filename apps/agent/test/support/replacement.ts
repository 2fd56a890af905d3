import { expect } from '@jest/globals';
import type { DesiredWorkload, ObservedInstance, ObservedWorkload } from '@berth/contracts/runtime';
import { join } from 'node:path';
import { desiredOf, nextRelease, type TestAgent, web } from './test-agent.js';

export interface Replacement {
  readonly first: DesiredWorkload;
  readonly second: DesiredWorkload;
  /** Ids of the former instances, which are held. */
  readonly held: readonly string[];
}

export const ofRelease = ({ instances }: ObservedWorkload, release: number): ObservedInstance[] =>
  instances.filter((each) => each.release === release);

/** While it is there, the second release is of no use to anybody. */
export const breakFileOf = (agent: TestAgent): string => join(agent.folder, 'break');

/** A first release that serves, replaced by one that breaks when it is told to; resolves when that one took over. */
export async function replaced(
  agent: TestAgent,
  { instances = 1, ...more }: { instances?: number; onTrial?: true; hosts?: string[] } = {},
): Promise<Replacement> {
  const first = desiredOf(agent.slug('v1'), [web('node server.js', { instances })], { stopDeadlineSeconds: 10 });
  await agent.client.apply({ ...first, ...more });
  await agent.untilReady(first.workloadId, instances);
  const next = nextRelease(first, first.release.artifact.digest, [web('node fragile.js', { instances })]);
  const second = { ...next, ...more, stopDeadlineSeconds: 10, environment: { BREAK_FILE: breakFileOf(agent) } };
  await agent.client.apply(second);
  const observed = await agent.until(first.workloadId, (seen) => {
    expect(ofRelease(seen, 1).map(({ state, routed }) => [state, routed])).toEqual(
      Array.from({ length: instances }, () => ['ready', false]),
    );
    expect(ofRelease(seen, 2).every(({ routed }) => routed)).toBe(true);
  });
  return { first, second, held: ofRelease(observed, 1).map(({ id }) => id) };
}
