import { describe, expect, it } from '@jest/globals';
import { type Health, healthAfter, type HealthLook, isFoundUnreachable, type Trouble } from './cluster-health.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const look = (trouble: Trouble | null, statistics: HealthLook['statistics'] = null): HealthLook => ({
  ...{ at: now, trouble, statistics },
});
const unknown: Health = { failedLooks: 0, conditions: [] };

const troubleOf = (found: string): Trouble | null =>
  found === '+' ? null : { message: found, answers: found === 'refused' };

/** Looks in a row: `+` it answers, `refused` it answers no, anything else is why it does not. */
function after(...looks: string[]) {
  let health = unknown;
  const told: (string | null)[] = [];
  for (const found of looks) {
    const next = healthAfter(health, look(troubleOf(found)));
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
    const well = healthAfter(unknown, look(null));
    expect(well.isChanged).toBe(true);
    const later = new Date();
    expect(healthAfter(well, { ...look(null), at: later }).isChanged).toBe(false);
    const cut = look(troubleOf('cut'));
    const ill = healthAfter(healthAfter(well, cut), cut);
    expect(healthAfter(ill, { ...cut, at: later }).isChanged).toBe(false);
  });

  it('says what is known of its Prometheus, whether it can be asked itself or not, as long as it has one', () => {
    const statistics = { type: 'Statistics', status: 'false' as const, reason: 'Refuses', message: 'no' };
    const well = healthAfter(unknown, look(null, statistics));
    expect(well.conditions).toMatchObject([{ type: 'Reachable', status: 'true' }, statistics]);
    const doubtful = healthAfter(well, look(troubleOf('cut'), { ...statistics, status: 'true', reason: 'Prometheus' }));
    expect(doubtful.conditions).toMatchObject([{ status: 'true' }, { type: 'Statistics', status: 'true' }]);
    expect(healthAfter(doubtful, look(null)).conditions).toMatchObject([{ type: 'Reachable' }]);
    expect(healthAfter(doubtful, look(troubleOf('cut'))).conditions).toMatchObject([
      { type: 'Reachable', reason: 'DoesNotAnswer' },
    ]);
  });
});
