import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, json, page, problem, task } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const [ann, robot, stranger] = [idOf(801), idOf(802), idOf(803)];
const members = 'GET /v1/memberships';
const account = (id: string) => `GET /v1/service-accounts/${id}`;

describe('who did something', () => {
  withPlatform();
  beforeEach(() => {
    platform.on(members, ({ query }, response) =>
      json(response, page(...(query.get('user') === ann ? [{ email: 'ann@example.com' }] : []))),
    );
    platform.on(account(robot), { name: 'deployer' });
    platform.on(account(stranger), (_, response) => problem(response, 404, 'not_found'));
  });
  const shown = async (createdBy: string): Promise<string> => {
    platform.on(`GET /v1/tasks/${idOf(70)}`, task({ createdBy }));
    return (await terminal.berth(['tasks', 'show', idOf(70)])).stdout;
  };

  it('is said by e-mail address or by the name of a service account, by id where nobody knows it', async () => {
    expect(await shown(ann)).toMatch(/ by ann@example\.com\n/);
    expect(await shown(robot)).toMatch(/ by deployer\n/);
    expect(await shown(stranger)).toMatch(new RegExp(` by ${stranger}\n`));
  });

  it('asks nothing for what is no id', async () => {
    expect(await shown('platform')).toMatch(/ by platform\n/);
    expect(platform.received.filter(({ path }) => path === '/v1/memberships')).toEqual([]);
  });

  it('shows ids to whoever may not see the members', async () => {
    platform.on(members, (_, response) => problem(response, 403, 'forbidden'));
    platform.on(account(ann), (_, response) => problem(response, 403, 'forbidden'));
    expect(await shown(ann)).toMatch(new RegExp(` by ${ann}\n`));
  });

  it('fails when the server does', async () => {
    platform.on(members, (_, response) => problem(response, 500, 'internal'));
    platform.on(`GET /v1/tasks/${idOf(70)}`, task({ createdBy: ann }));
    expect(await terminal.berth(['tasks', 'show', idOf(70)])).toMatchObject({ code: 1, stdout: '' });
  });
});
