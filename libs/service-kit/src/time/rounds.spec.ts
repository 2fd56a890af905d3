import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { withCorrelation } from '../logging/correlation.js';
import type { Logger } from '../logging/logger.js';
import { Confinement, confinementNow, confineTo } from '../persistence/confinement.js';
import { type CancelTimer, Clock } from './clock.js';
import { Rounds } from './rounds.js';

/** Time passes when the test says so. */
class HeldClock extends Clock {
  readonly timers = new Map<number, () => void>();

  override every(milliseconds: number, work: () => void): CancelTimer {
    this.timers.set(milliseconds, work);
    return () => this.timers.delete(milliseconds);
  }

  pass(milliseconds: number): void {
    this.timers.get(milliseconds)?.();
  }
}

function scene(ROLE: 'api' | 'worker' | 'both' = 'worker') {
  const clock = new HeldClock();
  const warnings: unknown[][] = [];
  const logger = { warn: (...given: unknown[]) => warnings.push(given) } as unknown as Logger;
  return { clock, warnings, rounds: new Rounds({ ROLE }, clock, logger) };
}

/** Work whose rounds end when the test says so. */
function heldWork() {
  const begun: PromiseWithResolvers<void>[] = [];
  const work = (): Promise<void> => {
    const round = Promise.withResolvers<void>();
    begun.push(round);
    return round.promise;
  };
  return { begun, work };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('rounds', () => {
  it.each(['worker', 'both'] as const)('are done each time where the role is %s', async (role) => {
    const { clock, rounds } = scene(role);
    let done = 0;
    rounds.every(1_000, 'failed', async () => done++);
    expect(done).toBe(0);
    for (let time = 0; time < 3; time++) {
      clock.pass(1_000);
      await settled();
    }
    expect(done).toBe(3);
  });

  it('are not done where the role is api, not even at once', () => {
    const { clock, rounds } = scene('api');
    const { begun, work } = heldWork();
    rounds.every(1_000, 'failed', work)();
    expect([clock.timers.size, begun.length]).toEqual([0, 0]);
  });

  it('are for all organizations, whichever request asks for one', async () => {
    const { rounds } = scene();
    const seen: string[] = [];
    const now = rounds.every(1_000, 'failed', async () => seen.push(confinementNow()));
    withCorrelation({ correlationId: 'request', confinement: new Confinement() }, () => {
      confineTo(randomUUID());
      now();
      seen.push(confinementNow());
    });
    await settled();
    expect(seen).toEqual(['', expect.stringMatching(/^{.{36}}$/)]);
  });

  it('are never two at once, and others go on meanwhile', async () => {
    const { clock, rounds } = scene();
    const [slow, other] = [heldWork(), heldWork()];
    const now = rounds.every(1_000, 'failed', slow.work);
    rounds.every(2_000, 'failed', other.work);
    now();
    clock.pass(1_000);
    clock.pass(2_000);
    now();
    expect([slow.begun.length, other.begun.length]).toEqual([1, 1]);
    slow.begun[0]?.resolve();
    await settled();
    clock.pass(1_000);
    expect(slow.begun).toHaveLength(2);
  });

  it.each([
    ['later', () => Promise.reject(new Error('no'))],
    [
      'at once',
      () => {
        throw new Error('no');
      },
    ],
  ])('that fail %s are told of and tried again', async (_, work) => {
    const { clock, rounds, warnings } = scene();
    rounds.every(1_000, 'it could not be done', work);
    for (let time = 0; time < 2; time++) {
      clock.pass(1_000);
      await settled();
    }
    expect(warnings).toEqual(Array(2).fill([{ err: new Error('no') }, 'it could not be done']));
  });

  it('end with the service, which waits for the one that is under way', async () => {
    const { clock, rounds } = scene();
    const { begun, work } = heldWork();
    rounds.every(1_000, 'failed', work)();
    let isEnded = false;
    const ending = rounds.onModuleDestroy().then(() => (isEnded = true));
    await settled();
    expect([isEnded, clock.timers.size]).toEqual([false, 0]);
    begun[0]?.resolve();
    await ending;
  });

  it('say to the one that is under way that the service ends, so that it need not do all that there is', async () => {
    const { rounds } = scene();
    const [begun, stopped] = [Promise.withResolvers<AbortSignal>(), Promise.withResolvers<void>()];
    rounds.every(1_000, 'failed', (ending) => {
      begun.resolve(ending);
      ending.addEventListener('abort', () => stopped.resolve());
      return stopped.promise;
    })();
    expect((await begun.promise).aborted).toBe(false);
    await rounds.onModuleDestroy();
    expect((await begun.promise).aborted).toBe(true);
  });
});
