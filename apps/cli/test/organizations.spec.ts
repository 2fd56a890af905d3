import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, organization, page, problem, tagged } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/organizations/${idOf(1)}`;
const deletion = `POST ${path}/deletion`;
const transfer = `POST ${path}/transfer`;

describe('an organization', () => {
  withPlatform();
  const orgs = (...argv: string[]) => terminal.berth(['orgs', ...argv]);

  it.each([
    ['Acme Ltd', 'Acme Ltd', 'Acme Ltd'],
    ['', null, 'acme'],
  ])('is shown as %j from now on, and changed as it was read', async (typed, displayName, shown) => {
    platform.on(`GET ${path}`, tagged(organization('acme')));
    platform.on(`PATCH ${path}`, { ...organization('acme'), displayName });
    expect(await orgs('rename', typed)).toMatchObject({ code: 0, stdout: `acme is shown as ${shown}.\n` });
    expect(platform.bodies(`PATCH ${path}`)).toEqual([{ displayName }]);
    expect(platform.to(`PATCH ${path}`)[0]?.headers['if-match']).toBe('"7"');
  });

  describe('is given away', () => {
    beforeEach(() => {
      platform.on('GET /v1/memberships', page({ userId: idOf(106), email: 'bob@example.com' }));
      platform.on(transfer, done);
    });

    it('to a member, by whoever says its name', async () => {
      const argv = ['orgs', 'transfer', 'Bob@example.com'];
      expect(await terminal.berth(argv, { keyboard: typing('acme') })).toMatchObject({ code: 0 });
      expect(platform.bodies(transfer)).toEqual([{ userId: idOf(106) }]);
    });

    it('to nobody by another name, without a word, or to who is no member', async () => {
      const argv = ['orgs', 'transfer', 'bob@example.com'];
      expect(await terminal.berth(argv, { keyboard: typing('acne') })).toMatchObject({ code: 2 });
      expect(await terminal.berth(argv)).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
      expect(await orgs('transfer', 'eve@example.com', '--org', 'acme', '--yes')).toMatchObject({ code: 4 });
      expect(platform.to(transfer)).toEqual([]);
    });

    it('not without a question where nobody said which', async () => {
      const answer = await orgs('transfer', 'bob@example.com', '--yes');
      expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('--org') });
      expect(platform.to(transfer)).toEqual([]);
      expect(await orgs('transfer', 'bob@example.com', '--org', 'acme', '--yes')).toMatchObject({ code: 0 });
      expect(platform.bodies(transfer)).toEqual([{ userId: idOf(106) }]);
    });
  });

  it('is deleted by whoever says its name, and says until when that can be taken back, and how', async () => {
    platform.on(deletion, (_, response) => json(response, { deletedAt: '2026-12-21T10:00:00.000Z' }, 202));
    expect(await orgs('delete', 'acme')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await orgs('delete', 'acne', '--yes')).toMatchObject({ code: 4 });
    expect(platform.to(deletion)).toEqual([]);
    expect(await orgs('delete', 'acme', '--yes')).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('2026-12-21 10:00:00') },
      stderr: expect.stringContaining('berth orgs restore acme'),
    });
    expect(platform.bodies(deletion)).toEqual([{ slug: 'acme' }]);
  });

  it('stays when its deletion is taken back', async () => {
    platform.on(`DELETE ${path}/deletion`, done);
    expect(await orgs('restore', 'acme')).toMatchObject({ code: 0 });
    expect(platform.to(`DELETE ${path}/deletion`)).toHaveLength(1);
  });

  it('is neither given away nor deleted without a fresh proof, and says how to give one', async () => {
    platform.on('GET /v1/memberships', page({ userId: idOf(106), email: 'bob@example.com' }));
    for (const route of [deletion, transfer])
      platform.on(route, (_, response) => problem(response, 403, 'step_up_required'));
    for (const argv of [
      ['delete', 'acme', '--yes'],
      ['transfer', 'bob@example.com', '--org', 'acme', '--yes'],
    ])
      expect(await orgs(...argv)).toMatchObject({ code: 4, stderr: expect.stringContaining('berth prove') });
  });
});
