import { describe, expect, it } from '@jest/globals';
import { idOf, json, page, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const base = `/v1/projects/${idOf(10)}/delegations`;
const followed = (status: 'true' | 'false', message: string) => ({ type: 'Followed', status, reason: 'x', message });
const delegation = (number: number, more: object = {}) => ({
  ...{ id: idOf(number), organizationId: idOf(1), projectId: idOf(10), cluster: 'berlin', namespace: 'team' },
  ...{ subjectId: idOf(7), scopes: ['apps:*'], conditions: [followed('true', 'Its objects are followed')] },
  ...{ createdAt: '2026-11-21T10:00:00.000Z', endsAt: '2999-01-01T00:00:00.000Z' },
  ...more,
});

withPlatform();

const berth = (...argv: string[]) => terminal.berth(['delegations', ...argv]);

describe('berth delegations', () => {
  it('lists who speaks, until when, and whether that is heard', async () => {
    const lost = { conditions: [followed('false', 'The cluster serves no App of berth.dev.')] };
    const over = { namespace: 'old', endsAt: '2026-11-21T10:00:00.000Z' };
    const fresh = { namespace: 'new', conditions: [] };
    const all = [
      delegation(1),
      delegation(2, { cluster: 'paris', ...lost }),
      delegation(3, over),
      delegation(4, fresh),
    ];
    platform.on(`GET ${base}`, page(...all));
    const { stdout } = await berth('list');
    expect(stdout).toMatch(/team +berlin +\S+ +2999-01-01 00:00:00 +heard\n/);
    expect(stdout).toMatch(/team +paris .* The cluster serves no App of berth\.dev\.\n/);
    expect(stdout).toMatch(/old +berlin .* ended\n/);
    expect(stdout).toMatch(/new +berlin .* not looked at yet\n/);
    const { stdout: text } = await berth('list', '--json');
    expect(JSON.parse(text)).toEqual(all);
  });

  it('shows one, by its cluster where several have such a namespace', async () => {
    platform.on(`GET ${base}`, page(delegation(1), delegation(2, { cluster: 'paris' })));
    platform.on(`GET ${base}/${idOf(2)}`, delegation(2, { cluster: 'paris' }));
    expect(await berth('show', 'team')).toMatchObject({ code: 2, stderr: expect.stringContaining('--cluster') });
    const { stdout } = await berth('show', 'team', '--cluster', 'paris');
    expect(stdout).toMatch(/cluster: +paris\n(.*\n)*may do: +apps:\*\n/);
    const none = await berth('show', 'other');
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('berth delegations list') });
  });

  it('makes one for a namespace, and says until when it speaks', async () => {
    platform.on(`POST ${base}`, (_, response) => json(response, delegation(1), 201));
    const { code, stdout } = await berth('create', 'team', '--cluster', 'berlin');
    expect({ code, stdout }).toEqual({
      ...{ code: 0, stdout: 'Objects in team of berlin speak in shop until 2999-01-01 00:00:00.\n' },
    });
    expect(platform.bodies(`POST ${base}`)).toEqual([{ cluster: 'berlin', namespace: 'team' }]);
  });

  it('makes none without a cluster, and none for a person', async () => {
    platform.on(`POST ${base}`, (_, response) => problem(response, 422, 'service_account_needed'));
    expect(await berth('create', 'team')).toMatchObject({ code: 2 });
    expect(platform.to(`POST ${base}`)).toHaveLength(0);
    const refused = await berth('create', 'team', '--cluster', 'berlin');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toBe('');
  });

  it('removes one, and tells that what was declared stays', async () => {
    platform.on(`GET ${base}`, page(delegation(1)));
    platform.on(`DELETE ${base}/${idOf(1)}`, (_, response) => void response.writeHead(204).end());
    const { stdout } = await berth('remove', 'team');
    expect(stdout).toContain('What it declared stays.');
    expect(platform.to(`DELETE ${base}/${idOf(1)}`)).toHaveLength(1);
  });
});
