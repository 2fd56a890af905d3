import { describe, expect, it } from '@jest/globals';
import { PasswordChecks } from './password-checks.js';

/** Comparisons that end when they are told to. */
function held() {
  const asked: { password: string; end: (isRight: boolean) => void }[] = [];
  const isEqual = (password: string) => new Promise<boolean>((end) => asked.push({ password, end }));
  return { asked, checks: new PasswordChecks(isEqual) };
}
const of = (password: string, address = 'a') => ({ passwordHash: 'hash', password, address });

describe('checks of passwords', () => {
  it('compare what was right once only, and what was wrong each time', async () => {
    const { asked, checks } = held();
    const first = checks.check(of('right'));
    const same = checks.check(of('right', 'b'));
    asked[0]?.end(true);
    expect([await first, await same, checks.check(of('right'))]).toEqual([true, true, true]);
    const wrong = checks.check(of('wrong'));
    asked[1]?.end(false);
    expect(await wrong).toBe(false);
    void checks.check(of('wrong'));
    expect(asked.map(({ password }) => password)).toEqual(['right', 'wrong', 'wrong']);
  });

  it('know a password only with the hash that it was right for', () => {
    const { asked, checks } = held();
    void checks.check(of('right'));
    void checks.check({ ...of('right'), passwordHash: 'another' });
    expect(asked).toHaveLength(2);
  });

  it('run two at once, the next as soon as one has ended', async () => {
    const { asked, checks } = held();
    const all = ['1', '2', '3'].map((password) => checks.check(of(password)));
    expect(asked).toHaveLength(2);
    asked[0]?.end(false);
    await expect(all[0]).resolves.toBe(false);
    expect(asked.map(({ password }) => password)).toEqual(['1', '2', '3']);
  });

  it('are refused to who asks for many at once, and not to others', async () => {
    const { asked, checks } = held();
    const own = ['1', '2', '3', '4'].map((password) => checks.check(of(password)));
    expect(checks.check(of('5'))).toBeUndefined();
    expect(checks.check(of('5', 'b'))).toBeInstanceOf(Promise);
    asked[0]?.end(false);
    await own[0];
    expect(checks.check(of('6'))).toBeInstanceOf(Promise);
  });

  it('are refused when too many wait, from wherever', () => {
    const { checks } = held();
    const answers = Array.from({ length: 67 }, (_, number) => checks.check(of('x'.repeat(number), String(number))));
    expect(answers.slice(0, 66).every((each) => each instanceof Promise)).toBe(true);
    expect(answers[66]).toBeUndefined();
  });

  it('fail as the comparison does, and go on', async () => {
    const checks = new PasswordChecks(() => Promise.reject(new Error('not a hash')));
    await expect(checks.check(of('1'))).rejects.toThrow('not a hash');
    await expect(checks.check(of('2'))).rejects.toThrow('not a hash');
    await expect(checks.check(of('3'))).rejects.toThrow('not a hash');
  });
});
