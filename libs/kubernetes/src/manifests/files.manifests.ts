import { FILES_VARIABLE } from '@berth/contracts/common';
import type { DesiredFile } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';

interface Filed {
  readonly files?: readonly DesiredFile[] | undefined;
}

const FOLDER = '/run/berth/files';
const VOLUME = 'files';
/** Owner and group: the group is that of the pod, whatever user an image runs as. */
const MODE = 0o440;

/** A key of a Secret has no slash: files are numbered, in the order in which they are stated. */
const keyOf = (at: number): string => `file-${at}`;

export const hasFiles = ({ files = [] }: Filed): boolean => files.length > 0;

/** What holds the files of a release; none where it has none. Immutable: with another config it has another name. */
export function filesSecret({ files = [] }: Filed, metadata: KubeObject['metadata']): KubeObject[] {
  if (files.length === 0) return [];
  const data = Object.fromEntries(files.map(({ content }, at) => [keyOf(at), content]));
  return [{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, immutable: true, data } as KubeObject];
}

/** What a pod's specification says of them. `name`: of what holds them. */
export const filesSource = ({ files = [] }: Filed, name: string): object[] =>
  files.length === 0
    ? []
    : [
        {
          name: VOLUME,
          secret: {
            ...{ secretName: name, defaultMode: MODE },
            items: files.map(({ path }, at) => ({ key: keyOf(at), path })),
          },
        },
      ];

export const filesMount = (filed: Filed): object[] =>
  hasFiles(filed) ? [{ name: VOLUME, mountPath: FOLDER, readOnly: true }] : [];

export const filesEnvironment = (filed: Filed): object[] =>
  hasFiles(filed) ? [{ name: FILES_VARIABLE, value: FOLDER }] : [];
