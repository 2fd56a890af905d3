import { describe, expect, it } from '@jest/globals';
import { type Health, healthAfter } from './cluster-health.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const unknown: Health = { failedLooks: 0, conditions: [] };

/** Looks in a row: `+` it answers, anything else is why it does not. What was told, and the status at the end. */
function after(...looks: string[]) {
  let health = unknown;
  const told: (string | null)[] = [];
  for (const look of looks) {
    const next = healthAfter(health, look === '+' ? null : look, now);
    told.push(next.news);
    health = next;
  }
  const [reachable] = health.conditions;
  return { told: told.filter((each) => each !== null), status: reachable?.status, message: reachable?.message };
}

describe('a cluster', () => {
  it.each([
    ['that answers', ['+'], [], 'true'],
    ['that missed one look', ['+', 'cut', '+'], [], 'true'],
    ['that missed one look, for now', ['+', 'cut'], [], 'true'],
    ['that missed two', ['+', 'cut', 'cut'], ['unreachable'], 'false'],
    ['that stays away', ['+', 'cut', 'cut', 'cut', 'cut'], ['unreachable'], 'false'],
    ['that was never there', ['cut', 'cut'], ['unreachable'], 'false'],
    ['that came back', ['cut', 'cut', '+'], ['unreachable', 'recovered'], 'true'],
    ['that went twice', ['cut', 'cut', '+', 'cut', 'cut'], ['unreachable', 'recovered', 'unreachable'], 'false'],
  ])('%s', (_, looks, told, status) => {
    expect(after(...looks)).toMatchObject({ told, status });
  });

  it('says why it cannot be asked now', () => {
    expect(after('cut', 'cut', 'refused').message).toBe('refused');
  });

  it('is not written anew when nothing changed', () => {
    const well = healthAfter(unknown, null, now);
    expect(well.isChanged).toBe(true);
    expect(healthAfter(well, null, new Date()).isChanged).toBe(false);
    const ill = healthAfter(healthAfter(well, 'cut', now), 'cut', now);
    expect(healthAfter(ill, 'cut', new Date()).isChanged).toBe(false);
  });
});
