import type { ProcessType } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Artifact, BuiltProcess } from '@berth/contracts/events';
import type { ProcessSettings } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import { type ConfigEntries, sha256 } from '../config/config-version.js';

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
    };
  });
  return withReleaseCommand(types.sort(byName), settings);
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
  const parts = processes.map(({ name, command, cpuMillicores, memoryMib, health }) => [
    name,
    command,
    cpuMillicores,
    memoryMib,
    health.path,
    health.intervalSeconds,
    health.timeoutSeconds,
    health.failureThreshold,
  ]);
  return sha256(JSON.stringify([artifact.kind, artifact.digest, configHash, parts]));
}

export interface ReleaseConfig {
  /** Null: the release makes a config version of its own. */
  readonly number: number | null;
  readonly entries: ConfigEntries;
}

/** A release before it has a place in a workload's history. */
export interface ReleaseContent extends Pick<Release, 'artifact' | 'commit' | 'processes' | 'reason'> {
  readonly config: ReleaseConfig;
  /** What the workload says about its processes: a rollback to the release restores it. */
  readonly settings: ProcessSettings;
}
