import { describe, expect, it } from '@jest/globals';
import {
  type KubeObject,
  priorityClass,
  priorityPermissions,
  taskManifests,
  withKeptPriority,
  workloadManifests,
} from '../src/index.js';
import { digestOf, keeper, settings, sharedShop, shop, taskOn } from './support/desired.js';

const kinds = ['production', 'staging', 'development', 'preview'] as const;

interface Maker extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly priorityClassName?: string } } };
}

const classesIn = (manifests: readonly KubeObject[]): (string | undefined)[] =>
  (manifests as readonly Maker[])
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map(({ spec }) => spec.template.spec.priorityClassName);
const [web] = workloadManifests(shop, settings).filter(({ kind }) => kind === 'Deployment') as Maker[];
const naming = (priorityClassName: string | undefined): Maker => {
  const { priorityClassName: _, ...spec } = web!.spec.template.spec;
  const named = { ...spec, ...(priorityClassName !== undefined && { priorityClassName }) };
  return { ...web!, spec: { ...web!.spec, template: { ...web!.spec.template, spec: named } } };
};

describe('what pods give way to', () => {
  it('is production, which takes nothing of what has no class', () => {
    const classes = kinds.map(
      (kind) => priorityClass(kind) as KubeObject & { value: number; preemptionPolicy: string },
    );
    expect(classes.map(({ metadata, value, preemptionPolicy }) => [metadata.name, value, preemptionPolicy])).toEqual([
      ['berth-production', 0, 'PreemptLowerPriority'],
      ['berth-staging', -5, 'Never'],
      ['berth-development', -5, 'Never'],
      ['berth-preview', -10, 'Never'],
    ]);
    for (const each of classes) expect(each).toMatchObject({ globalDefault: false });
  });

  it.each(kinds)(
    'is said by every pod of an environment of kind %s, runs of commands among them',
    (environmentKind) => {
      for (const desired of [shop, keeper, sharedShop].map((each) => ({ ...each, environmentKind }))) {
        const classes = classesIn([
          ...workloadManifests(desired, settings),
          ...taskManifests(taskOn(desired), settings),
        ]);
        expect([...new Set(classes)]).toEqual([`berth-${environmentKind}`]);
      }
    },
  );

  it('is not said where there are no classes, or it is not known of which kind the environment is', () => {
    const { environmentKind: _, ...unknown } = shop;
    const without = { ...settings, hasPriorities: false };
    expect(classesIn([...workloadManifests(unknown, settings), ...workloadManifests(shop, without)])).toEqual([
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it.each([undefined, 'berth-preview'])('stays %s while pods are of the same release', (found) => {
    expect(withKeptPriority(web!, naming(found))).toEqual(naming(found));
  });

  it('stays while there are no classes for others', () => {
    expect(withKeptPriority(naming(undefined), web)).toEqual(web);
  });

  it('is as stated for the next release, and after a restart', () => {
    const next = { ...shop, release: { ...shop.release, number: 4, hash: digestOf('fed') } };
    for (const desired of [next, { ...shop, restartToken: 'two' }])
      expect(
        classesIn(workloadManifests(desired, settings).map((each) => withKeptPriority(each, naming(undefined)))),
      ).toEqual(['berth-production', 'berth-production']);
  });

  it('is put back when somebody has named a class that is not ours', () => {
    expect(withKeptPriority(web!, naming('system-cluster-critical'))).toBe(web);
  });

  it('takes permission for our own classes alone', () => {
    const named = priorityPermissions.filter(({ verb }) => !['list', 'watch'].includes(verb));
    const names = [...kinds, ...kinds].map((kind) => `berth-${kind}`);
    expect(named.map(({ name }) => name).sort()).toEqual(names.sort());
  });
});
