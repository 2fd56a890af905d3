import { describe, expect, it } from '@jest/globals';
import {
  ending,
  exited,
  freshState,
  type InstanceState,
  probed,
  restarted,
  retiring,
  type RunFacts,
} from './instance-state.js';

const rule = { backoff: 1_000, backoffMax: 60_000, stable: 60_000 };
const at = (now: number, evidence: string[] = []): RunFacts => ({ now, evidence, memoryMib: 64, port: 4_000 });
const ok = { ok: true } as const;
const refused = { ok: false, listening: false, message: 'nothing listens on 127.0.0.1:4000' } as const;
const sick = { ok: false, listening: true, message: 'GET /health answered 500' } as const;
const code = (value: number) => ({ code: value, signal: null });
const probeAll = (state: InstanceState, outcomes: (typeof ok | typeof sick | typeof refused)[]): InstanceState =>
  outcomes.reduce<InstanceState>((held, outcome) => probed(held, outcome, 2, at(10)), state);

describe('the life of an instance', () => {
  it('is ready at the first probe that passes, and since then', () => {
    const first = probed(freshState(0), ok, 2, at(10));
    expect(first).toMatchObject({ phase: 'ready', readySince: 10, everReady: true });
    expect(probed(first, ok, 2, at(20)).readySince).toBe(10);
  });

  it('becomes unready after as many failures as the threshold, one good probe heals', () => {
    const once = probeAll(freshState(0), [ok, sick]);
    expect(once.phase).toBe('ready');
    const twice = probeAll(once, [sick]);
    expect(twice).toMatchObject({ phase: 'unready', readySince: null, trouble: { cause: 'health_check_failed' } });
    expect(probeAll(twice, [ok])).toMatchObject({ phase: 'ready', trouble: null, probeFailures: 0 });
    expect(probeAll(freshState(0), [ok, sick, ok, sick]).phase).toBe('ready');
  });

  it('is told as deaf when its port closes, as sick when its answer is bad', () => {
    const deaf = probeAll(restarted(freshState(0), 5), [refused, refused]);
    expect(deaf).toMatchObject({ phase: 'starting', listening: false, probeFailures: 2 });
    expect(probeAll(deaf, [sick]).listening).toBe(true);
  });

  it('ignores probes once it is being ended', () => {
    const state = ending(probeAll(freshState(0), [ok]), 'out_of_memory');
    expect(probeAll(state, [ok])).toBe(state);
    expect(state).toMatchObject({ phase: 'unready', readySince: null });
  });

  it('waits twice as long after each failure, up to the maximum', () => {
    let state = freshState(0);
    const pauses: number[] = [];
    for (let run = 0; run < 9; run++) {
      state = exited(state, code(1), rule, at(100));
      pauses.push((state.retryAt ?? 0) - 100);
      state = restarted(state, 100);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(state).toMatchObject({ restarts: 9, phase: 'starting', trouble: { cause: 'crash_loop' } });
  });

  it('forgets failures after a run that served for long', () => {
    const failed = { ...freshState(0), failures: 5 };
    const served = probed(failed, ok, 2, at(10));
    expect(exited(served, code(1), rule, at(60_000))).toMatchObject({ failures: 1, retryAt: 61_000 });
    expect(exited(served, code(1), rule, at(59_000)).failures).toBe(6);
  });

  it('is told as stopped when it was to stop', () => {
    const state = exited(retiring(freshState(0)), code(143), rule, at(5));
    expect(state).toMatchObject({ phase: 'stopping', retryAt: null, lastExit: { reason: 'stopped', code: 143 } });
  });

  it('starts again at once when another process took its port, but not for ever', () => {
    const clash = at(7, ['Error: listen EADDRINUSE: address already in use 127.0.0.1:4000']);
    let state = freshState(0);
    for (let run = 0; run < 5; run++) {
      state = exited(state, code(1), rule, clash);
      expect(state).toMatchObject({ retryAt: 7, failures: 0, trouble: null });
    }
    expect(exited(state, code(1), rule, clash)).toMatchObject({ failures: 1, trouble: { cause: 'start_failed' } });
  });

  it('is not forgiven a clash on a port of its own choice', () => {
    const clash = at(7, ['Error: listen EADDRINUSE: address already in use :::3000']);
    expect(exited(freshState(0), code(1), rule, clash).failures).toBe(1);
  });
});

describe('the trouble of a run that ended', () => {
  const fail = (state: InstanceState, end: Parameters<typeof exited>[1], evidence: string[] = []) =>
    exited(state, end, rule, at(50, evidence)).trouble;

  it.each([
    ['a command that is not there', freshState(0), code(127), [], 'start_failed'],
    ['an exit before it was ready', freshState(0), code(1), ['boom'], 'start_failed'],
    ['the third exit in a row', { ...freshState(0), failures: 2 }, code(0), [], 'crash_loop'],
    [
      'a kill for memory',
      ending(freshState(0), 'out_of_memory'),
      { code: null, signal: 'SIGKILL' },
      [],
      'out_of_memory',
    ],
    ['a deadline with a silent port', ending(freshState(0), 'start_deadline'), code(1), [], 'port_not_bound'],
    [
      'a deadline with a bad answer',
      ending(probeAll(freshState(0), [sick]), 'start_deadline'),
      code(1),
      [],
      'health_check_failed',
    ],
    [
      'a kill for its health',
      ending(probeAll(freshState(0), [ok, sick, sick]), 'unhealthy'),
      code(1),
      [],
      'health_check_failed',
    ],
    ['a full disk', freshState(0), code(1), ['Error: ENOSPC: no space left on device, write'], 'storage_full'],
    [
      'no process at all',
      freshState(0),
      { code: null, signal: null, spawnError: 'spawn EAGAIN' },
      [],
      'runtime_unavailable',
    ],
    [
      'no room for its files',
      freshState(0),
      { code: null, signal: null, spawnError: 'ENOSPC: no space left on device, copyfile' },
      [],
      'storage_full',
    ],
  ])('of %s', (_, state, end, evidence, cause) => {
    expect(fail(state, end, evidence)?.cause).toBe(cause);
  });

  it('carries the last lines, cut to size', () => {
    const lines = Array.from({ length: 30 }, (_, line) => `${line} ${'x'.repeat(3_000)}`);
    const found = fail(freshState(0), code(1), lines)?.evidence ?? [];
    expect(found).toHaveLength(20);
    expect(found.at(-1)).toMatch(/^29 x/);
    expect(Math.max(...found.map((line) => line.length))).toBe(2_000);
  });
});
