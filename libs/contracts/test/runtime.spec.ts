import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linkVariableNames, linkVariables, replayDeadLetters, discardDeadLetter, raiseEpoch } from '../src/common.js';
import { variableName } from '../src/deployment.js';
import { uploadQuery, buildLogQuery } from '../src/build.js';
import {
  drainRequest,
  execRequest,
  type ObservedInstance,
  observedInstance,
  routeTable,
  serves,
  terminalSize,
} from '../src/runtime.js';
import { at, describeBody, having, long, uuid, wrongIn } from './support/body.js';

const slugs = fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/);

describe('variables that lead to a linked app', () => {
  it('leave out the port of the web, and no other', () => {
    expect(linkVariables('billing-api', { host: 'billing.local', port: 80 })).toEqual({
      ...{ BILLING_API_URL: 'http://billing.local', BILLING_API_HOST: 'billing.local', BILLING_API_PORT: '80' },
    });
    expect(linkVariables('b2', { host: '127.0.0.2', port: 8_080 }).B2_URL).toBe('http://127.0.0.2:8080');
  });

  it('have names that a variable may have, whatever the app is called', () => {
    fc.assert(
      fc.property(slugs, (app) => {
        const names = linkVariableNames(app);
        expect(Object.keys(linkVariables(app, { host: 'h', port: 1 }))).toEqual(names);
        for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      }),
    );
  });

  it('can be set by hand, too, but for an app that is called like the platform', () => {
    const names = (app: string) => linkVariableNames(app).map((name) => variableName.safeParse(name).success);
    expect(names('billing')).toEqual([true, true, true]);
    expect(names('berth')).toEqual([false, false, false]);
  });
});

const digest = `sha256:${long(64)}`;
const instance: ObservedInstance = {
  ...{ id: 'a', release: 1, releaseHash: digest, artifactDigest: digest, configHash: digest, restartToken: 't' },
  ...{ processType: 'web', cpuMillicores: 1, memoryMib: 1, routed: true, restarts: 0 },
  ...{ state: 'ready', startedAt: at, readySince: at, lastExit: null, trouble: null },
};

describe('what serves, and is paid for', () => {
  it.each([
    ['web that is ready and gets requests', {}, true],
    ['web that is ready and gets none', { routed: false }, false],
    ['web that gets requests and is not ready', { readySince: null }, false],
    ['a worker that is ready', { processType: 'worker', routed: false }, true],
    ['a worker that is not ready', { processType: 'worker', readySince: null }, false],
  ])('%s', (_what, over, does) => expect(serves({ ...instance, ...over })).toBe(does));
});

it.each([
  ['/restarts', -1],
  ['/state', 'gone'],
  ['/release', 0],
  ['/startedAt', 'yesterday'],
  ['/readySince', ''],
])('a runtime that says of an instance at %s %j is not believed', (place, value) => {
  expect(wrongIn(observedInstance, having(instance, place, value))).toEqual([place]);
});

describeBody({
  name: 'the size of a terminal',
  schema: terminalSize,
  valid: { columns: 80, rows: 24 },
  takes: [
    ['/columns', 10_000],
    ['/rows', 1],
  ],
  refuses: [
    ['/columns', 0],
    ['/columns', 10_001],
    ['/rows', 0],
    ['/rows', 24.5],
    ['/rows', undefined],
  ],
  isOpen: true,
});

describeBody({
  name: 'a command for an instance',
  schema: execRequest,
  valid: { command: ['ls'], input: false, terminal: false },
  takes: [
    ['/command', Array.from({ length: 100 }, () => long(4_000))],
    ['/command', ['sh', '-c', '']],
  ],
  refuses: [
    ['/command', []],
    ['/command', Array.from({ length: 101 }, () => 'a')],
    ['/command', ['ls', long(4_001)], '/command/1'],
    ['/command', ['ls', 'a\0b'], '/command/1'],
    ['/input', 'yes'],
    ['/terminal', undefined],
  ],
  isOpen: true,
});

const route = { host: 'shop.localhost', upstreams: [{ id: 'a', host: '127.0.0.1', port: 1 }] };
describeBody({
  name: 'the table of the router',
  schema: routeTable,
  valid: { version: 1, routes: [route] },
  takes: [
    ['/routes/0/canary', { weight: 100, upstreams: [] }],
    ['/routes/0/upstreams', []],
    ['/doors', [{ address: '127.0.0.9', port: 65_535, host: 'shop.localhost' }]],
  ],
  refuses: [
    ['/version', -1],
    ['/routes/0/host', undefined],
    ['/routes/0/upstreams/0/port', 0],
    ['/routes/0/upstreams/0/port', 65_536],
    ['/routes/0/canary', { weight: 101, upstreams: [] }, '/routes/0/canary/weight'],
    ['/routes/0/canary', { weight: 0.5, upstreams: [] }, '/routes/0/canary/weight'],
    ['/doors', [{ address: 'localhost', port: 80, host: 'shop.localhost' }], '/doors/0/address'],
    ['/doors', [{ address: '127.0.0.9', port: 0, host: 'shop.localhost' }], '/doors/0/port'],
  ],
});

describeBody({
  name: 'a request to drain',
  schema: drainRequest,
  valid: { upstreamId: 'a', timeoutMilliseconds: 0 },
  takes: [['/timeoutMilliseconds', 600_000]],
  refuses: [
    ['/timeoutMilliseconds', -1],
    ['/timeoutMilliseconds', 600_001],
    ['/upstreamId', undefined],
  ],
});

describeBody({
  name: 'a replay of what could not take effect',
  schema: replayDeadLetters,
  valid: { key: uuid, reason: 'mended' },
  takes: [['/key', long(500)]],
  refuses: [
    ['/key', ''],
    ['/key', long(501)],
    ['/key', 'a\nb'],
    ['/key', 'a\0'],
    ['/reason', ' '],
    ['/reason', long(1_001)],
    ['/reason', undefined],
  ],
});

describeBody({
  name: 'the discard of what could not take effect',
  schema: discardDeadLetter,
  valid: { id: uuid, reason: 'of no use' },
  refuses: [
    ['/id', '*'],
    ['/reason', ''],
  ],
});

describeBody({
  name: 'the next epoch',
  schema: raiseEpoch,
  valid: { reason: 'restored from a backup' },
  takes: [
    ['/over', 0],
    ['/over', 2_147_483_646],
  ],
  refuses: [
    ['/over', -1],
    ['/over', 2_147_483_647],
    ['/over', '1'],
    ['/reason', '\t'],
    ['/reason', undefined],
  ],
});

describeBody({
  name: 'whose an upload is',
  schema: uploadQuery,
  valid: { organization: uuid },
  takes: [['/project', uuid]],
  refuses: [
    ['/organization', undefined],
    ['/project', 'shop'],
  ],
});

describe('lines of a build', () => {
  it('are asked for from the first on, a thousand at once', () => {
    expect(buildLogQuery.parse({})).toEqual({ after: 0, limit: 1_000 });
    expect(buildLogQuery.parse({ after: '2147483647', limit: '5000' })).toEqual({ after: 2_147_483_647, limit: 5_000 });
  });

  it.each([
    ['after', '-1'],
    ['after', '2147483648'],
    ['after', '1.5'],
    ['limit', '0'],
    ['limit', '5001'],
    ['limit', 'all'],
  ])('are not asked for with %s=%s', (name, text) =>
    expect(wrongIn(buildLogQuery, { [name]: text })).toEqual([`/${name}`]),
  );
});
