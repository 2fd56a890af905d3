import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '@berth/access';
import type { CreateDeployment, DryRun, Release } from '@berth/contracts/deployment';
import type { AllocationEntry, DeploymentSource } from '@berth/contracts/events';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { plannedCanary } from '../canaries/canary-room.js';
import { hashOfEntries } from '../config/config-version.js';
import { FileChanges } from '../config/file-changes.js';
import { type ReleaseContent, releaseHash } from '../releases/release.js';
import { ReleaseMaker } from '../releases/release-maker.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { instancesOf, type WorkloadRow } from '../workloads/workload.js';
import { ForeseenFailures } from './foreseen-failures.js';
import { Sources } from './sources.js';

interface Compared extends Pick<Release, 'artifact' | 'processes' | 'scopeVersions'> {
  /** Null: one that has yet to be made. */
  readonly configVersion: number | null;
}

/** What a deployment would change. Nothing is stored. */
@Injectable()
export class DryRuns {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly sources: Sources,
    private readonly maker: ReleaseMaker,
    private readonly files: FileChanges,
    private readonly foreseen: ForeseenFailures,
  ) {}

  async of(caller: Caller, workloadId: string, body: CreateDeployment): Promise<DryRun> {
    const workload = await this.workloads.require(caller, workloadId, 'deployments:create');
    const { source } = await this.sources.resolve(caller, workload, body.source);
    const content = await this.maker.contentOf(this.database, workload, {
      source,
      buildResult: null,
      imageDigest: null,
    });
    const current = await this.maker.currentOf(this.database, workload);
    const dry = this.between(workload, source, current, content);
    const files = content ? await this.files.between(this.database, current, content.config.effective) : [];
    const planned = { source, processes: content?.processes };
    return this.foreseen.in(workload, planned, { ...dry, changes: [...dry.changes, ...files] });
  }

  /** Whether it would be taken is not asked here. `content`: null where it is not known yet what a release would be made of. */
  between(
    workload: WorkloadRow,
    source: Pick<DeploymentSource, 'kind'>,
    current: Release | undefined,
    content: ReleaseContent | null,
  ): DryRun {
    const before = current ? allocationOf(workload, current.number, current) : [];
    if (!content)
      return {
        releaseHash: null,
        changes: [{ path: '/artifact', before: current?.artifact.digest ?? null, after: null }],
        allocation: { before, after: before },
        canary: plannedCanary(workload, source, current?.processes ?? []),
        notes: notesOn(workload),
        failure: null,
      };
    return {
      releaseHash: releaseHash(content.artifact, hashOfEntries(content.config.effective), content.processes),
      changes: changesBetween(current, {
        ...content,
        configVersion: content.config.number,
        scopeVersions: content.config.scopeVersions,
      }),
      // A deployment starts what is stopped.
      allocation: {
        before,
        after: allocationOf({ ...workload, state: 'running' }, (current?.number ?? 0) + 1, content),
      },
      canary: plannedCanary(workload, source, content.processes),
      notes: notesOn(workload),
      failure: null,
    };
  }
}

const notesOn = ({ volumes }: WorkloadRow): string[] =>
  volumes
    .filter(({ isDeleted }) => !isDeleted)
    .map(({ name, process, isPerInstance }) =>
      isPerInstance
        ? `Each instance of ${process} has a volume ${name} of its own: they are replaced one after the other, each ended before its successor starts.`
        : `The volume ${name} has one writer at a time: the instance of ${process} is ended before its successor starts, so nobody serves for a moment, also when the new release fails.`,
    );

function changesBetween(before: Compared | undefined, after: Compared): DryRun['changes'] {
  const flatBefore = before ? flatten(before) : new Map<string, unknown>();
  const flatAfter = flatten(after);
  const paths = [...new Set([...flatBefore.keys(), ...flatAfter.keys()])].sort();
  return paths
    .map((path) => ({ path, before: flatBefore.get(path) ?? null, after: flatAfter.get(path) ?? null }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

function flatten({ artifact, configVersion, scopeVersions, processes }: Compared): Map<string, unknown> {
  const ofProcesses = processes.flatMap((type) =>
    [
      ['command', type.command],
      ['cpuMillicores', type.cpuMillicores],
      ['memoryMib', type.memoryMib],
      ['health/path', type.health.path],
      ['patch', type.patch ?? null],
    ].map(([field, value]): [string, unknown] => [`/processes/${type.name}/${field}`, value]),
  );
  const ofScopes = Object.entries(scopeVersions).map(([scope, version]): [string, unknown] => [
    `/scopeVersions/${scope}`,
    version,
  ]);
  return new Map<string, unknown>([
    ['/artifact', artifact.digest],
    ['/configVersion', configVersion],
    ...ofScopes,
    ...ofProcesses,
  ]);
}

/** On the first of its clusters, and then on each beside it. */
const allocationOf = (
  workload: WorkloadRow,
  release: number,
  { processes }: Pick<Compared, 'processes'>,
): AllocationEntry[] =>
  [workload, ...workload.further.filter(({ state }) => state === 'active')]
    .flatMap(({ cluster, counts }) =>
      processes.map(({ name, cpuMillicores, memoryMib }) => ({
        ...{ cluster, release, processType: name, cpuMillicores, memoryMib },
        instances: instancesOf({ state: workload.state, counts }, name),
      })),
    )
    .filter((entry) => entry.instances > 0);
