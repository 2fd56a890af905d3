import { describe, expect, it } from '@jest/globals';
import { type Health, healthAfter, isFoundUnreachable, type Trouble } from './cluster-health.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const unknown: Health = { failedLooks: 0, conditions: [] };

const troubleOf = (look: string): Trouble | null =>
  look === '+' ? null : { message: look, answers: look === 'refused' };

/** Looks in a row: `+` it answers, `refused` it answers no, anything else is why it does not. */
function after(...looks: string[]) {
  let health = unknown;
  const told: (string | null)[] = [];
  for (const look of looks) {
    const next = healthAfter(health, troubleOf(look), now);
    told.push(next.news);
    health = next;
  }
  const isGone = isFoundUnreachable(health.conditions);
  return { told: told.filter((each) => each !== null), isGone, ...health.conditions[0] };
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

  it.each([
    ['refuses us', ['+', 'refused', 'refused'], ['unreachable'], false],
    ['was away and refuses us', ['cut', 'cut', 'refused'], ['unreachable'], false],
    ['refused us and went away', ['refused', 'refused', 'cut'], ['unreachable'], true],
    ['refused us and takes us again', ['refused', 'refused', '+'], ['unreachable', 'recovered'], false],
    ['refused us once', ['+', 'refused', '+'], [], false],
  ])('that %s is gone only when nothing answers', (_, looks, told, isGone) => {
    expect(after(...looks)).toMatchObject({ told, isGone });
  });

  it('says why it cannot be asked now', () => {
    expect(after('cut', 'cut', 'refused').message).toBe('refused');
  });

  it('is not written anew when nothing changed', () => {
    const well = healthAfter(unknown, null, now);
    expect(well.isChanged).toBe(true);
    expect(healthAfter(well, null, new Date()).isChanged).toBe(false);
    const cut = troubleOf('cut');
    const ill = healthAfter(healthAfter(well, cut, now), cut, now);
    expect(healthAfter(ill, cut, new Date()).isChanged).toBe(false);
  });
});
