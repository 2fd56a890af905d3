import type { Caller } from '@berth/access';
import type { ChangeLinks, ConfigChange, LinkList } from '@berth/contracts/deployment';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ConfigChanges } from '../config/config-changes.js';
import type { ConfigEntry } from '../config/config-version.js';
import { ConfigVersionsRepository } from '../config/config-versions.repository.js';
import { type Precondition, WorkloadAccess } from '../workloads/workload-access.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { entryNameOf, type Linked, linksIn, toLink } from './link.js';
import { linkErrors } from './links.errors.js';
import { LinksRepository } from './links.repository.js';

const MOST_LINKS = 50;

/** Links are a part of config: a change is a new config version and, when something is live, a deployment. */
@Injectable()
export class LinksService {
  constructor(
    private readonly database: Database,
    private readonly access: WorkloadAccess,
    private readonly configs: ConfigVersionsRepository,
    private readonly links: LinksRepository,
    private readonly changes: ConfigChanges,
  ) {}

  async list(caller: Caller, workloadId: string): Promise<LinkList> {
    const workload = await this.access.require(caller, workloadId, 'links:read');
    const { number: version, entries } = await this.configs.current(this.database, workloadId);
    const usedBy = await this.links.usersOf(this.database, workload);
    return { workloadId, version, items: linksIn(entries).map(toLink), usedBy };
  }

  /** What is there already changes nothing. @throws 422 with the place of an app that cannot be linked, or is not */
  async change(
    caller: Caller,
    workloadId: string,
    body: ChangeLinks,
    precondition?: Precondition,
  ): Promise<ConfigChange> {
    const read = await this.access.require(caller, workloadId, 'links:update');
    const targets = await this.targetsOf(read, body.add);
    return this.database.transaction(async (tx) => {
      const workload = await this.lockAll(tx, workloadId, targets);
      await precondition?.(tx, workload);
      const { number: version, entries } = await this.configs.current(tx, workloadId);
      const known = linksIn(entries);
      const unset = namesToRemove(known, body.remove);
      const isKnown = (target: Linked): boolean => known.some(({ workloadId: id }) => id === target.workloadId);
      const added = targets.filter((target) => !isKnown(target));
      if (added.length + unset.length === 0) return { version, deploymentId: null };
      requireFewEnough(known.length - unset.length + added.length);
      const set = Object.fromEntries(added.map(entryOf));
      return this.changes.apply(tx, workload, { set, unset, by: caller, action: 'links:update' });
    });
  }

  private async targetsOf(workload: WorkloadRow, apps: readonly string[]): Promise<Linked[]> {
    const found = await this.links.inEnvironment(this.database, workload.environmentId, apps);
    return [...new Set(apps)].map((app) => {
      const pointer = `/add/${apps.indexOf(app)}`;
      if (app === workload.appSlug) throw linkErrors.LinkToItself('An app reaches itself without a link.', { pointer });
      const target = found.find((each) => each.app === app);
      if (!target) throw unknownTarget(app, pointer);
      return target;
    });
  }

  /** In the order of their ids, as whoever links back does it; so none is deleted or moved meanwhile. */
  private async lockAll(tx: Tx, workloadId: string, targets: readonly Linked[]): Promise<WorkloadRow> {
    const locked = new Map<string, WorkloadRow>();
    for (const id of [workloadId, ...targets.map((each) => each.workloadId)].sort())
      locked.set(id, await this.access.lock(tx, id));
    requireOneCluster([...locked.values()], targets);
    await this.requireOnePlace(tx, workloadId, targets);
    return locked.get(workloadId) as WorkloadRow;
  }

  private async requireOnePlace(tx: Tx, workloadId: string, targets: readonly Linked[]): Promise<void> {
    const own = await this.links.placesOf(tx, workloadId);
    for (const [index, { app, workloadId: id }] of targets.entries()) {
      if ((await this.links.placesOf(tx, id)) === own) continue;
      const detail = `${app} is on another cluster, or on its way to one: a link leads no further than its cluster.`;
      throw linkErrors.LinkAcrossClusters(detail, { pointer: `/add/${index}` });
    }
  }
}

/** Each of several would have to have all that is linked. */
function requireOneCluster(workloads: readonly WorkloadRow[], targets: readonly Linked[]): void {
  const spread = targets.length > 0 && workloads.find(({ further }) => further.length > 0);
  if (!spread) return;
  const at = targets.findIndex(({ app }) => app === spread.appSlug);
  const detail = `${spread.appSlug} stands on several clusters: links are for workloads that stand on one.`;
  throw linkErrors.LinkAcrossClusters(detail, { pointer: `/add/${Math.max(at, 0)}` });
}

const entryOf = ({ app, workloadId }: Linked): [string, ConfigEntry] => [entryNameOf(app), { linkTo: workloadId }];

function namesToRemove(known: readonly Linked[], apps: readonly string[]): string[] {
  apps.forEach((app, index) => {
    if (known.some((each) => each.app === app)) return;
    throw linkErrors.LinkUnknown(`It has no link to "${app}".`, { pointer: `/remove/${index}` });
  });
  return [...new Set(apps)].map(entryNameOf);
}

function requireFewEnough(count: number): void {
  if (count <= MOST_LINKS) return;
  throw linkErrors.TooManyLinks(`A workload has at most ${MOST_LINKS} links.`, { pointer: '/add' });
}

/** The same whether the app is elsewhere, another organization's, or nowhere. */
const unknownTarget = (app: string, pointer: string): Error =>
  linkErrors.LinkTargetUnknown(`There is no app "${app}" in this environment. If it is to be there, deploy it first.`, {
    pointer,
  });
