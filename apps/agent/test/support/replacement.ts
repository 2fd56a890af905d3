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

interface ReplacementOptions {
  readonly instances?: number;
  readonly onTrial?: true;
  readonly hosts?: string[];
}

export const ofRelease = ({ instances }: ObservedWorkload, release: number): ObservedInstance[] =>
  instances.filter((each) => each.release === release);

/** While it is there, the second release is of no use to anybody. */
export const breakFileOf = (agent: TestAgent): string => join(agent.folder, 'break');

/** A first release that serves, and is being replaced by one that breaks when it is told to. */
export async function replacing(
  agent: TestAgent,
  { instances = 1, ...more }: ReplacementOptions = {},
): Promise<Replacement> {
  const first = desiredOf(agent.slug('v1'), [web('node server.js', { instances })], { stopDeadlineSeconds: 10 });
  await agent.client.apply({ ...first, ...more });
  const former = await agent.untilReady(first.workloadId, instances);
  const next = nextRelease(first, first.release.artifact.digest, [web('node fragile.js', { instances })]);
  const second = { ...next, ...more, stopDeadlineSeconds: 10, environment: { BREAK_FILE: breakFileOf(agent) } };
  await agent.client.apply(second);
  return { first, second, held: former.instances.map(({ id }) => id) };
}

/** The same; resolves when the second release took over, which must hold the first for longer than this takes to see it. */
export async function replaced(agent: TestAgent, options: ReplacementOptions = {}): Promise<Replacement> {
  const replacement = await replacing(agent, options);
  await agent.until(replacement.first.workloadId, (seen) => {
    expect(ofRelease(seen, 1).map(({ id, state, routed }) => [id, state, routed])).toEqual(
      replacement.held.map((id) => [id, 'ready', false]),
    );
    expect(ofRelease(seen, 2).every(({ routed }) => routed)).toBe(true);
  });
  return replacement;
}
