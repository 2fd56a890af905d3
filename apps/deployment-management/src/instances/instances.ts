import type { InstanceList, StatsSample } from '@berth/contracts/deployment';
import type { LogQuery } from '@berth/contracts/runtime';
import { Clock, defineErrors, type StreamEvent } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Runtime, RuntimeUnavailable } from '../runtime/runtime.js';
import { cursorsIn } from './log-cursor.js';
import { logsOfClusters } from './logs-of-clusters.js';
import { Runtimes } from '../runtime/runtimes.js';

const errors = defineErrors({ RuntimeUnavailable: 503 });
const SAMPLE_MILLISECONDS = 1_000;
const ASK_MILLISECONDS = 5_000;

/** Asks the runtime on behalf of a reader. */
@Injectable()
export class Instances {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly clock: Clock,
  ) {}

  async list(workloadId: string): Promise<InstanceList> {
    return this.onEach(workloadId, async (runtime, signal) => {
      return (await runtime.observe(workloadId, signal))?.instances ?? [];
    });
  }

  async sample(workloadId: string): Promise<StatsSample> {
    const asked = await this.onEach(workloadId, (runtime, signal) => runtime.stats(workloadId, signal));
    return { at: this.clock.now().toISOString(), ...asked };
  }

  /** Of its clusters those that answer. @throws 503 when none does */
  private async onEach<Item extends object>(
    workloadId: string,
    ask: (runtime: Runtime, signal: AbortSignal) => Promise<readonly Item[]>,
  ): Promise<{ items: (Item & { cluster: string })[]; silent: string[] }> {
    const signal = AbortSignal.timeout(ASK_MILLISECONDS);
    const places = await this.runtimes.allOf(workloadId);
    const answers = await Promise.all(places.map(({ runtime }) => answerOf(ask(runtime, signal))));
    const at = places.map(({ cluster }, index) => ({ cluster, items: answers[index] }));
    const silent = at.flatMap(({ cluster, items }) => (items ? [] : [cluster]));
    if (silent.length > 0 && silent.length === places.length)
      throw errors.RuntimeUnavailable('The runtime does not answer.', { retryAfter: 2 });
    const items = at.flatMap((each) => (each.items ?? []).map((item) => ({ ...item, cluster: each.cluster })));
    return { items, silent };
  }

  async *samples(workloadId: string, signal: AbortSignal): AsyncIterable<StreamEvent> {
    while (!signal.aborted) {
      yield { event: 'stats', data: await this.sample(workloadId) };
      await this.clock.pause(SAMPLE_MILLISECONDS, signal);
    }
  }

  /** Of all of its clusters. `after` is the cursor of the last line that the reader has. */
  async *logs(
    workloadId: string,
    query: LogQuery,
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<StreamEvent> {
    const places = await this.runtimes.allOf(workloadId);
    const [first] = places;
    if (!first) return;
    const reached = cursorsIn(after ?? query.after, first.cluster);
    if (places.length > 1)
      return yield* logsOfClusters(places, workloadId, {
        ...{ query, after: reached, signal, clock: this.clock },
      });
    const wanted = { ...query, after: reached[first.cluster] };
    for await (const line of first.runtime.logs(workloadId, wanted, signal)) {
      yield { id: line.cursor, event: 'line', data: line };
    }
  }
}

/** Undefined when the runtime cannot be asked. */
async function answerOf<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RuntimeUnavailable) return undefined;
    throw error;
  }
}
