import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../config.js';
import { wantedFrom } from './wanted.js';

const nothing = readEnvironment({ HOME: '/home/ann' });
const link = { organization: 'acme', project: 'shop', app: 'web' };

describe('wantedFrom', () => {
  it('is what the folder is linked to', () => {
    expect(wantedFrom({}, nothing, link)).toEqual({ ...link, environment: undefined });
  });

  it('prefers flags to the environment, and the environment to the link', () => {
    const environment = readEnvironment({ BERTH_APP: 'api', BERTH_ENV: 'staging' });
    expect(wantedFrom({ env: 'production' }, environment, link)).toEqual({
      organization: 'acme',
      project: 'shop',
      environment: 'production',
      app: 'api',
    });
  });

  it('forgets project and app of a link to another organization', () => {
    expect(wantedFrom({ org: 'beta' }, nothing, link)).toEqual({ organization: 'beta' });
  });

  it('forgets the app of a link to another project', () => {
    expect(wantedFrom({ project: 'blog' }, nothing, link)).toEqual({ organization: 'acme', project: 'blog' });
  });

  it('keeps the link when a flag says the same', () => {
    expect(wantedFrom({ org: 'acme', project: 'shop' }, nothing, link).app).toBe('web');
  });

  it('is nothing when nobody said anything', () => {
    expect(wantedFrom({}, nothing, undefined)).toEqual({});
  });
});

describe('readEnvironment', () => {
  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment({ BERTH_SERVER: '', BERTH_TOKEN: '' })).toMatchObject({
      server: undefined,
      token: undefined,
    });
  });

  it.each([
    [{ HOME: '/home/ann' }, '/home/ann/.config/berth'],
    [{ HOME: '/home/ann', XDG_CONFIG_HOME: '/x' }, '/x/berth'],
    [{ HOME: '/home/ann', XDG_CONFIG_HOME: '/x', BERTH_CONFIG_DIR: '/b' }, '/b'],
  ])('with %j keeps sessions in %s', (variables, folder) => {
    expect(readEnvironment(variables).configFolder).toBe(folder);
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '' }, false],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])('with %j has colours: %s', (variables, colors) => {
    expect(readEnvironment(variables).colors).toBe(colors);
  });
});
