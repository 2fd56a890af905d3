import type { ProcessType } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Artifact, BuiltProcess } from '@berth/contracts/events';
import type { ProcessSettings } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import { sha256 } from '../config/config-version.js';
import type { EffectiveConfig } from '../config/effective-configs.js';

export const defaultSize = { cpuMillicores: 250, memoryMib: 256 } as const;
export const defaultHealth = { path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 } as const;

/** What the source says, completed and overruled by what the workload says. Sorted by name, so that the hash is stable. */
export function processTypesFor(built: readonly BuiltProcess[], settings: ProcessSettings): ProcessType[] {
  const types = built.map(({ name, command }) => {
    const own = settings[name] ?? {};
    return {
      name,
      command: own.command ?? command,
      cpuMillicores: own.cpuMillicores ?? defaultSize.cpuMillicores,
      memoryMib: own.memoryMib ?? defaultSize.memoryMib,
      health: own.health ?? defaultHealth,
      ...patchIn(own),
    };
  });
  return withReleaseCommand(types.sort(byName), settings);
}

const patchIn = ({ patch }: ProcessSettings[string]): Pick<ProcessType, 'patch'> => (patch ? { patch } : {});

/** What a release was made with, as the workload wants it now. A patch that it wants no more is gone. */
export function resettled({ patch: _, ...type }: ProcessType, settings: ProcessSettings): ProcessType {
  return { ...type, ...settings[type.name] };
}

/** Built elsewhere: nobody but the workload says which process types it has. */
export const isForeignImage = ({ artifact }: Pick<Release, 'artifact'>): boolean => artifact.repository !== undefined;

/** `web` is what the image starts by itself, unless the workload says otherwise; others it must name a command for. */
export function processesOfImage(settings: ProcessSettings): BuiltProcess[] {
  const named = Object.entries(settings).flatMap(([name, { command }]) => (command ? [{ name, command }] : []));
  return [{ name: 'web', command: '' }, ...named.filter(({ name }) => name !== 'web')];
}

const byName = (a: ProcessType, b: ProcessType): number => (a.name < b.name ? -1 : 1);

/** The workload may name one that the source does not. */
export function withReleaseCommand(types: readonly ProcessType[], settings: ProcessSettings): ProcessType[] {
  const { command, ...own } = settings[RELEASE_PROCESS] ?? {};
  if (command === undefined || types.some(({ name }) => name === RELEASE_PROCESS)) return [...types];
  const type = { ...defaultSize, health: defaultHealth, ...own, name: RELEASE_PROCESS, command };
  return [...types, type].sort(byName);
}

/** Over everything that makes a release what it is; neither its number nor its time. */
export function releaseHash(artifact: Artifact, configHash: string, processes: readonly ProcessType[]): string {
  const parts = processes.map(({ name, command, cpuMillicores, memoryMib, health, patch }) => [
    name,
    command,
    cpuMillicores,
    memoryMib,
    health.path,
    health.intervalSeconds,
    health.timeoutSeconds,
    health.failureThreshold,
    // Of what has none, the hash is what it was before there were patches.
    ...(patch ? [ordered(patch)] : []),
  ]);
  return sha256(JSON.stringify([artifact.kind, artifact.digest, configHash, parts]));
}

/** The same text whatever order the database gives its fields back in. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, each]) => [name, ordered(each)]);
}

/** A release before it has a place in a workload's history. */
export interface ReleaseContent extends Pick<Release, 'artifact' | 'commit' | 'processes' | 'reason'> {
  readonly config: EffectiveConfig;
  /** What the workload says about its processes: a rollback to the release restores it. */
  readonly settings: ProcessSettings;
}
