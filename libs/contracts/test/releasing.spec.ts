import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addPlacement,
  changeLinks,
  moveTo,
  releaseStrategy,
  removePlacementQuery,
  scalePlacement,
  setVertical,
  updateWorkload,
} from '../src/deployment.js';
import { describeBody, long, wrongIn } from './support/body.js';

const step = { weight: 10, holdSeconds: 60 };

describeBody({
  name: 'a canary',
  schema: releaseStrategy,
  valid: { kind: 'canary', steps: [step, { weight: 50, holdSeconds: 60 }] },
  takes: [
    ['/steps', [{ weight: 99, holdSeconds: 86_400 }]],
    ['/steps', Array.from({ length: 20 }, (_, index) => ({ weight: index + 1, holdSeconds: 1 }))],
    ['/maxErrorPercent', 0],
    ['/maxErrorPercent', 99],
    ['/minRequests', 1_000_000],
  ],
  refuses: [
    ['/steps', []],
    ['/steps', undefined],
    ['/steps', Array.from({ length: 21 }, (_, index) => ({ weight: index + 1, holdSeconds: 1 }))],
    ['/steps/0/weight', 0],
    ['/steps/1/weight', 100],
    ['/steps/1/weight', 10],
    ['/steps/0/weight', 51, '/steps/1/weight'],
    ['/steps/0/holdSeconds', 0],
    ['/steps/0/holdSeconds', 86_401],
    ['/steps/0', { ...step, pause: true }],
    ['/maxErrorPercent', 100],
    ['/maxErrorPercent', -1],
    ['/minRequests', 0],
    ['/minRequests', 1_000_001],
    ['/kind', 'gradual'],
  ],
});

it('the weights of a canary are refused at the first that is not more than the one before', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(weights, (all) => {
      const steps = all.map((weight) => ({ weight, holdSeconds: 1 }));
      const first = all.findIndex((weight, index) => index > 0 && weight <= (all[index - 1] ?? 0));
      expect(wrongIn(releaseStrategy, { kind: 'canary', steps })).toEqual(first < 0 ? [] : [`/steps/${first}/weight`]);
    }),
  );
});

describeBody({
  name: 'a blue-green release',
  schema: releaseStrategy,
  valid: { kind: 'blue-green' },
  takes: [
    ['/holdSeconds', 86_400],
    ['/promoteWithinSeconds', 60],
    ['/promoteWithinSeconds', 604_800],
  ],
  refuses: [
    ['/holdSeconds', 0],
    ['/holdSeconds', 86_401],
    ['/promoteWithinSeconds', 59],
    ['/promoteWithinSeconds', 604_801],
    ['/promoteWithinSeconds', null],
  ],
});

describe('a strategy', () => {
  it('has no fields of another one', () => {
    expect(wrongIn(releaseStrategy, { kind: 'rolling', steps: [step] })).toEqual(['']);
    expect(wrongIn(releaseStrategy, { kind: 'blue-green', steps: [step] })).toEqual(['']);
    expect(wrongIn(releaseStrategy, { kind: 'canary', steps: [step], holdSeconds: 60 })).toEqual(['']);
  });

  it('that names no limits takes back what fails 5 of 100 answers, after 20', () => {
    const limits = { maxErrorPercent: 5, minRequests: 20 };
    expect(releaseStrategy.parse({ kind: 'canary', steps: [step] })).toMatchObject(limits);
    expect(releaseStrategy.parse({ kind: 'blue-green' })).toEqual({ kind: 'blue-green', holdSeconds: 600, ...limits });
  });

  it('is told where it is wrong inside of a workload', () => {
    const strategy = { kind: 'canary', steps: [step, step] };
    expect(wrongIn(updateWorkload, { strategy })).toEqual(['/strategy/steps/1/weight']);
  });
});

const bounds = { cpuMillicores: { min: 100, max: 1_000 } };
describeBody({
  name: 'what instances may be given',
  schema: setVertical,
  valid: { processes: { web: bounds } },
  takes: [
    ['/processes/web', { memoryMib: { min: 16, max: 262_144 } }],
    ['/processes/web', { cpuMillicores: { min: 10, max: 64_000 }, memoryMib: { min: 256, max: 256 } }],
    ['/processes', { web: bounds, worker: bounds }],
  ],
  refuses: [
    ['/processes', {}],
    ['/processes', { Web: bounds }, '/processes/Web'],
    ['/processes', { release: bounds }, '/processes/release'],
    ['/processes', { constructor: bounds }, '/processes/constructor'],
    ['/processes/web', {}],
    ['/processes/web', { cpuMillicores: { min: 9, max: 10 } }, '/processes/web/cpuMillicores/min'],
    ['/processes/web', { cpuMillicores: { min: 10, max: 64_001 } }, '/processes/web/cpuMillicores/max'],
    ['/processes/web', { cpuMillicores: { min: 200, max: 100 } }, '/processes/web/cpuMillicores/max'],
    ['/processes/web', { memoryMib: { min: 15, max: 16 } }, '/processes/web/memoryMib/min'],
    ['/processes/web', { memoryMib: { min: 16, max: 262_145 } }, '/processes/web/memoryMib/max'],
    ['/processes/web', { memoryMib: { min: 32, max: 31 } }, '/processes/web/memoryMib/max'],
    ['/processes/web', { memoryMib: { max: 31 } }, '/processes/web/memoryMib/min'],
    ['/processes/web', { disk: { min: 1, max: 2 } }],
  ],
});

describeBody({
  name: 'a move',
  schema: moveTo,
  valid: { cluster: 'frankfurt' },
  takes: [
    ['/drainSeconds', 0],
    ['/drainSeconds', 86_400],
  ],
  refuses: [
    ['/cluster', 'Frankfurt'],
    ['/cluster', undefined],
    ['/drainSeconds', -1],
    ['/drainSeconds', 86_401],
  ],
});

describeBody({
  name: 'a further placement',
  schema: addPlacement,
  valid: { cluster: 'frankfurt' },
  takes: [['/counts', { web: 100, worker: 0 }]],
  refuses: [
    ['/counts', { web: 101 }, '/counts/web'],
    ['/counts', { web: -1 }, '/counts/web'],
    ['/counts', { WEB: 1 }, '/counts/WEB'],
    ['/cluster', ''],
  ],
});

describeBody({
  name: 'the counts of a placement',
  schema: scalePlacement,
  valid: { counts: { web: 0 } },
  refuses: [
    ['/counts', {}],
    ['/counts', { web: 1.5 }, '/counts/web'],
    ['/counts', undefined],
  ],
});

describe('leaving a cluster', () => {
  it.each([
    [{}, 60],
    [{ drainSeconds: '0' }, 0],
    [{ drainSeconds: '600' }, 600],
  ])('with %j drains for %d seconds', (query, seconds) =>
    expect(removePlacementQuery.parse(query)).toEqual({ drainSeconds: seconds }),
  );

  it.each(['-1', '601', '1.5', 'soon', 'NaN', 'Infinity'])('may not drain for %s seconds', (drainSeconds) =>
    expect(wrongIn(removePlacementQuery, { drainSeconds })).toEqual(['/drainSeconds']),
  );

  it('has no other option, so that a misspelt one is not passed over', () => {
    expect(wrongIn(removePlacementQuery, { drain: '0' })).toEqual(['']);
  });
});

const apps = (count: number) => Array.from({ length: count }, (_, index) => `app-${index}`);
describeBody({
  name: 'a change of links',
  schema: changeLinks,
  valid: { add: ['billing'] },
  takes: [
    ['/remove', ['search']],
    ['/add', apps(50)],
  ],
  refuses: [
    ['/add', apps(51)],
    ['/remove', apps(51)],
    ['/add', ['Billing'], '/add/0'],
    ['/add', [], ''],
    ['/remove', ['search', 'billing'], ''],
    ['/add', 'billing'],
    ['/remove', [long(41)], '/remove/0'],
  ],
});
