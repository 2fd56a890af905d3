import { describe, expect, it } from '@jest/globals';
import { choose, kinds } from './choose.js';

const [staging, production] = ['staging', 'production'].map((slug) => ({ id: `id-${slug}`, slug }));
const both = [staging, production].filter((each) => each !== undefined);

describe('choose', () => {
  it('takes the only one', () => expect(choose(kinds.environment, [staging!], undefined)).toBe(staging));
  it('takes the one with the name', () => expect(choose(kinds.environment, both, 'production')).toBe(production));
  it('takes the one with the id', () => expect(choose(kinds.environment, both, 'id-staging')).toBe(staging));

  it('names the choices when several are possible', () => {
    expect(() => choose(kinds.environment, both, undefined)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: 'Which environment? There are staging, production.',
        hint: 'Say --env NAME, or set BERTH_ENV.',
      }),
    );
  });

  it('names the choices when the wanted one is not there, even if it is not the only one', () => {
    expect(() => choose(kinds.environment, [staging!], 'prod')).toThrow(
      expect.objectContaining({ exitCode: 4, message: 'There is no environment "prod". There is staging.' }),
    );
  });

  it('says how to make the first one', () => {
    expect(() => choose(kinds.organization, [], undefined)).toThrow(
      expect.objectContaining({ exitCode: 4, hint: 'Create one: berth orgs create NAME' }),
    );
  });

  it('names at most ten', () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ id: `${index}`, slug: `p${index}` }));
    expect(() => choose(kinds.project, many, undefined)).toThrow(/p0, .*p9, \.\.\.\./);
  });
});
