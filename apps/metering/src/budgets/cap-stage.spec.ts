import type { CapStage } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { type Cap, stepOf } from './cap-stage.js';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 20, 12, minutes));
const cap: Cap = { stage: 'open', stageAt: null, stageMonth: '2026-11', isCap: true, graceMinutes: 60, amount: 100n };
const moment = { now: at(0), month: '2026-11', spent: 100n };

describe('a cap', () => {
  it('warns before it stops anything, previews first and production last, a grace between two steps', () => {
    const stops: unknown[] = [];
    let held = cap;
    for (let minutes = 0; minutes <= 600; minutes += 10) {
      const step = stepOf(held, { ...moment, now: at(minutes) });
      if (step.kind !== 'go') continue;
      stops.push([minutes, step.stage, step.stops, step.stopsNext]);
      held = { ...held, stage: step.stage, stageAt: at(minutes) };
    }
    expect(stops).toEqual([
      [0, 'warned', [], ['preview']],
      [60, 'previews', ['preview'], ['development', 'staging']],
      [120, 'non-production', ['development', 'staging'], ['production']],
      [180, 'production', ['production'], []],
    ]);
  });

  it('says when the next step comes', () => {
    expect(stepOf(cap, moment)).toMatchObject({ stopsNextAt: at(60) });
    expect(stepOf({ ...cap, stage: 'non-production', stageAt: at(-60) }, moment)).toMatchObject({ stopsNextAt: null });
  });

  const reached: CapStage[] = ['warned', 'previews', 'non-production', 'production'];
  it.each(reached)('in stage %s is cleared when it is raised, taken away, or the month is over', (stage) => {
    const held = { ...cap, stage, stageAt: at(-1) };
    expect(stepOf(held, moment)).toEqual({ kind: 'stay' });
    expect(stepOf({ ...held, amount: 101n }, moment)).toEqual({ kind: 'clear' });
    expect(stepOf({ ...held, isCap: false }, moment)).toEqual({ kind: 'clear' });
    expect(stepOf(held, { ...moment, month: '2026-12' })).toEqual({ kind: 'clear' });
  });

  it('does nothing while it is not spent, or is none', () => {
    expect(stepOf(cap, { ...moment, spent: 99n })).toEqual({ kind: 'stay' });
    expect(stepOf({ ...cap, isCap: false }, moment)).toEqual({ kind: 'stay' });
  });
});
