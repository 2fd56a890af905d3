import type { KubeObject } from '@berth/kubernetes';
import { describe, expect, it } from '@jest/globals';
import { inStages } from './in-stages.js';

const objects = (...names: string[]): KubeObject[] =>
  names.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: kind.toLowerCase() } }));
const stagesOf = (...names: string[]) => inStages(objects(...names)).map((stage) => stage.map(({ kind }) => kind));

describe('the stages in which objects of a workload are stated', () => {
  it('are what pods start with, what makes them, what looks for them, and what leads there', () => {
    expect(
      stagesOf('Secret', 'Service', 'Middleware', 'Deployment', 'Deployment', 'PodDisruptionBudget', 'HTTPRoute'),
    ).toEqual([
      ['Secret', 'Service', 'Middleware'],
      ['Deployment', 'Deployment'],
      ['PodDisruptionBudget'],
      ['HTTPRoute'],
    ]);
  });

  it('have the doors at the end, after what they name', () => {
    const stages = stagesOf('Deployment', 'Middleware', 'HTTPRoute', 'Ingress');
    expect(stages).toEqual([[], ['Deployment'], ['Middleware'], ['HTTPRoute', 'Ingress']]);
  });

  it('keep makers of pods together, whatever stands between them', () => {
    expect(stagesOf('PersistentVolumeClaim', 'StatefulSet', 'Service', 'Deployment')).toEqual([
      ['PersistentVolumeClaim'],
      ['StatefulSet', 'Deployment'],
      ['Service'],
      [],
    ]);
  });

  it('are one where nothing makes pods', () => {
    expect(stagesOf('Secret', 'Service')).toEqual([['Secret', 'Service']]);
    expect(stagesOf()).toEqual([[]]);
  });
});
