import { describe, expect, it } from '@jest/globals';
import { type AgentClock, systemClock } from '../src/clock.js';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import { AgentError, agentErrors } from '../src/errors.js';
import { problemOf } from '../src/http/problem.js';
import { closedSignal, sendChanges, sendLines } from '../src/http/streams.js';
import type { WorkloadLogs } from '../src/logs/workload-logs.js';
import { InstanceOutput } from '../src/workloads/instance-output.js';

/** A response whose reader can be made to stand still. */
class Response extends EventEmitter {
  readonly lines: string[] = [];
  writableNeedDrain = false;
  ended = false;
  writeHead = (): this => this;
  flushHeaders = (): void => undefined;
  write = (text: string): boolean => {
    this.lines.push(text.trimEnd());
    return !this.writableNeedDrain;
  };
  end = (): void => void (this.ended = true);
  get asServerResponse(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}

describe('hints of change', () => {
  const start = (clock: AgentClock = systemClock) => {
    const response = new Response();
    let listener: ((id: string) => void) | undefined;
    const source = { onChange: (given: (id: string) => void) => ((listener = given), () => (listener = undefined)) };
    sendChanges(response.asServerResponse, source, clock, 10);
    return { response, tell: (id: string) => listener?.(id), isHeard: () => listener !== undefined };
  };

  it('to a slow reader are one per workload, and come when it reads again', () => {
    const { response, tell } = start();
    tell('a');
    response.writableNeedDrain = true;
    for (let round = 0; round < 1_000; round++) tell(round % 2 === 0 ? 'b' : 'c');
    expect(response.lines).toEqual(['{"resync":true}', '{"workloadId":"a"}']);
    response.writableNeedDrain = false;
    response.emit('drain');
    expect(response.lines.slice(2)).toEqual(['{"workloadId":"b"}', '{"workloadId":"c"}']);
    response.emit('close');
  });

  it('end with the reader, heartbeat included', () => {
    let beats = 0;
    const clock: AgentClock = { ...systemClock, every: (_, work) => ((beats += 1), work(), () => void (beats -= 1)) };
    const { response, isHeard } = start(clock);
    expect(response.lines.at(-1)).toBe('{"heartbeat":true}');
    response.emit('close');
    expect(isHeard()).toBe(false);
    expect(beats).toBe(0);
  });
});

describe('a stream of lines', () => {
  async function* numbers(count: number, taken: { count: number }): AsyncGenerator<number> {
    for (let number = 0; number < count; number++) {
      taken.count++;
      yield number;
    }
  }

  it('goes at the speed of its reader', async () => {
    const response = new Response();
    const taken = { count: 0 };
    response.writableNeedDrain = true;
    const sending = sendLines(response.asServerResponse, numbers(3, taken), closedSignal(response.asServerResponse));
    await Promise.resolve();
    await Promise.resolve();
    expect(taken.count).toBe(1);
    response.writableNeedDrain = false;
    response.emit('drain');
    await sending;
    expect(response.lines).toEqual(['0', '1', '2']);
    expect(response.ended).toBe(true);
  });

  it('ends when its reader goes away', async () => {
    const response = new Response();
    response.writableNeedDrain = true;
    const sending = sendLines(
      response.asServerResponse,
      numbers(3, { count: 0 }),
      closedSignal(response.asServerResponse),
    );
    await Promise.resolve();
    response.emit('close');
    await Promise.allSettled([sending]);
    expect(response.lines.length).toBeLessThan(3);
    expect(response.ended).toBe(false);
  });
});

describe('a problem', () => {
  it('of ours has its code and status, of anything else says nothing of its inside', () => {
    expect(problemOf(agentErrors.staleGeneration(1, 2))).toMatchObject({ status: 409, code: 'stale_generation' });
    expect(problemOf(new AgentError('x', 400, 'no', [{ pointer: '/a', message: 'b' }])).errors).toHaveLength(1);
    expect(JSON.stringify(problemOf(new Error('the password is canary')))).not.toContain('canary');
  });
});

describe('the output of an instance', () => {
  const outputOn = (append: () => Promise<void>) =>
    new InstanceOutput('web-1', { append } as unknown as WorkloadLogs, pino({ level: 'silent' }));

  it('keeps the last lines of the process itself as evidence, of the current run only', async () => {
    const output = outputOn(() => Promise.resolve());
    await output.write(
      'stdout',
      Array.from({ length: 30 }, (_, at) => `line ${at}`),
    );
    await output.write('platform', ['Ended']);
    await output.write('stderr', ['boom']);
    expect(output.evidence).toHaveLength(20);
    expect(output.evidence.slice(-2)).toEqual(['line 29', 'boom']);
    output.forgetEvidence();
    expect(output.evidence).toEqual([]);
  });

  it('is lost on a full disk without stopping the process', async () => {
    const output = outputOn(() => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })));
    await output.write('stdout', ['one']);
    await output.write('stdout', ['two']);
    expect(output.evidence).toEqual(['one', 'two']);
  });
});
