import { beforeEach, describe, expect, it } from '@jest/globals';
import { app, environment, idOf, page } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const ofApp = `/v1/apps/${idOf(30)}/labels`;
const ofEnvironment = `/v1/environments/${idOf(20)}/labels`;
const answer = (labels: object) => ({ id: idOf(30), labels, since: '2026-11-21T10:00:00.000Z' });

describe('labels', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/environments', page(environment('staging')));
    platform.on('GET /v1/apps', page(app('hello')));
  });
  const berth = (...words: string[]) => terminal.berth(['labels', ...words], { variables: { BERTH_TOKEN: 'a-token' } });

  it('list shows those of an app or of an environment', async () => {
    platform.on(`GET ${ofApp}`, answer({ 'cost-center': '4711', team: 'shop' }));
    platform.on(`GET ${ofEnvironment}`, answer({}));
    expect((await berth('list', '--app', 'hello')).stdout).toBe('cost-center=4711\nteam=shop\n');
    expect((await berth('list', '--env', 'staging')).stdout).toBe('none\n');
    const { stdout } = await berth('list', '--app', 'hello', '--json');
    expect(JSON.parse(stdout)).toEqual(answer({ 'cost-center': '4711', team: 'shop' }));
  });

  it('set names what changes, and nothing else', async () => {
    platform.on(`PATCH ${ofApp}`, answer({ team: 'shop' }));
    const { stdout } = await berth('set', '--app', 'hello', 'team=shop', 'path=a=b');
    expect(stdout).toBe('Labels of hello from now on:\nteam=shop\n');
    expect(platform.bodies(`PATCH ${ofApp}`)).toEqual([{ team: 'shop', path: 'a=b' }]);
  });

  it('unset takes labels away', async () => {
    platform.on(`PATCH ${ofEnvironment}`, answer({}));
    await berth('unset', '--env', 'staging', 'team', 'path');
    expect(platform.bodies(`PATCH ${ofEnvironment}`)).toEqual([{ team: null, path: null }]);
  });

  it.each([
    ['of nothing', ['list']],
    ['of both', ['list', '--app', 'hello', '--env', 'staging']],
    ['without a value', ['set', '--app', 'hello', 'team']],
    ['with an empty value', ['set', '--app', 'hello', 'team=']],
    ['without a key', ['set', '--app', 'hello', '=shop']],
  ])('%s are refused', async (_name, words) => expect(await berth(...words)).toMatchObject({ code: 2 }));
});
