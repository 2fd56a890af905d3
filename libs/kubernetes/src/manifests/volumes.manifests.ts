import { volumeVariable } from '@berth/contracts/common';
import type { DesiredProcess, DesiredVolume, DesiredWorkload } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { names, processLabels } from './labels.js';
import { claimNameOf, volumeNameOf } from './names.js';

/** The group that may write to volumes and read files, whatever user an image runs as. */
export const podGroup = { fsGroup: 10_001, fsGroupChangePolicy: 'OnRootMismatch' } as const;

export const volumesIn = ({ volumes = [] }: DesiredProcess): readonly DesiredVolume[] => volumes;

/** Whether each instance has storage of its own, and with it a name that it keeps. */
export const isStateful = (process: DesiredProcess): boolean =>
  volumesIn(process).some(({ isPerInstance }) => isPerInstance);

/** Every claim of a process type, those of instances that are not there now included: what is in them is kept. */
export function volumeClaims(desired: DesiredWorkload, process: DesiredProcess, owner: string): KubeObject[] {
  return volumesIn(process).flatMap((volume) =>
    claimNamesOf(volume, owner).map((name) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      metadata: { name, namespace: desired.namespace, labels: claimLabels(desired, process, volume) },
      spec: claimSpec(volume, volume.sizeMib),
    })),
  );
}

/** The names by which a StatefulSet looks for the claims of its pods. */
const claimNamesOf = (volume: DesiredVolume, owner: string): string[] =>
  volume.isPerInstance
    ? Array.from({ length: volume.copies }, (_, ordinal) => `${volumeNameOf(volume)}-${owner}-${ordinal}`)
    : [claimNameOf(volume)];

/** Never changes, although volumes grow: a StatefulSet may not either. Claims are there before it looks for them. */
export const claimTemplates = (desired: DesiredWorkload, process: DesiredProcess): object[] =>
  volumesIn(process)
    .filter(({ isPerInstance }) => isPerInstance)
    .map((volume) => ({
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      metadata: { name: volumeNameOf(volume), labels: claimLabels(desired, process, volume) },
      spec: { ...claimSpec(volume, volume.initialMib), volumeMode: 'Filesystem' },
    }));

const claimLabels = (desired: DesiredWorkload, { name }: DesiredProcess, volume: DesiredVolume) => ({
  ...processLabels(desired, name),
  [names.volume]: volume.id,
});

const claimSpec = ({ storageClass }: DesiredVolume, sizeMib: number): object => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: `${sizeMib}Mi` } },
  ...(storageClass !== null && { storageClassName: storageClass }),
});

/** What a pod's specification says of volumes beside the temporary folder. */
export const volumeSources = (process: DesiredProcess): object[] =>
  volumesIn(process)
    .filter(({ isPerInstance }) => !isPerInstance)
    .map((volume) => ({ name: volumeNameOf(volume), persistentVolumeClaim: { claimName: claimNameOf(volume) } }));

export const volumeMounts = (process: DesiredProcess): object[] =>
  volumesIn(process).map((volume) => ({ name: volumeNameOf(volume), mountPath: volume.mountPath }));

/** Where each volume is, the same name on every runtime. */
export const volumeEnvironment = (process: DesiredProcess): object[] =>
  volumesIn(process).map(({ name, mountPath }) => ({ name: volumeVariable(name), value: mountPath }));

/** A volume belongs to root when it is new: its group may write. */
export const volumeSecurity = (process: DesiredProcess): object => (volumesIn(process).length === 0 ? {} : podGroup);
