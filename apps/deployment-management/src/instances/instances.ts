import type { InstanceList, StatsSample } from '@berth/contracts/deployment';
import type { LogQuery } from '@berth/contracts/runtime';
import { Clock, defineErrors, type StreamEvent } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
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
    const runtime = await this.runtimes.of(workloadId);
    const observed = await ask(runtime.observe(workloadId, AbortSignal.timeout(ASK_MILLISECONDS)));
    return { items: observed?.instances ?? [] };
  }

  async sample(workloadId: string): Promise<StatsSample> {
    const runtime = await this.runtimes.of(workloadId);
    const items = await ask(runtime.stats(workloadId, AbortSignal.timeout(ASK_MILLISECONDS)));
    return { at: this.clock.now().toISOString(), items };
  }

  async *samples(workloadId: string, signal: AbortSignal): AsyncIterable<StreamEvent> {
    while (!signal.aborted) {
      yield { event: 'stats', data: await this.sample(workloadId) };
      await this.clock.pause(SAMPLE_MILLISECONDS, signal);
    }
  }

  /** `after` is the cursor of the last line that the reader has. */
  async *logs(
    workloadId: string,
    query: LogQuery,
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<StreamEvent> {
    const runtime = await this.runtimes.of(workloadId);
    for await (const line of runtime.logs(
      workloadId,
      { ...query, ...(after === undefined ? {} : { after }) },
      signal,
    )) {
      yield { id: line.cursor, event: 'line', data: line };
    }
  }
}

async function ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RuntimeUnavailable)
      throw errors.RuntimeUnavailable('The runtime does not answer.', { retryAfter: 2 });
    throw error;
  }
}
