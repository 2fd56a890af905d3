import { type Caller, changedFrom } from '@berth/access';
import { MOST_LABELS } from '@berth/contracts/common';
import type { ChangeLabels, PlaceLabels } from '@berth/contracts/deployment';
import { appLabelled, environmentLabelled } from '@berth/contracts/events';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsService } from '../apps/apps.service.js';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { isSame, merged } from './labels.js';
import { labelErrors } from './labels.errors.js';
import { LabelsRepository, type LabelsRow } from './labels.repository.js';

interface Labelled {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
}

export type PlaceKind = 'app' | 'environment';

/** Labels of apps and environments; metering is told of each change, because costs are told apart by them. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly database: Database,
    private readonly labels: LabelsRepository,
    private readonly apps: AppsService,
    private readonly environments: EnvironmentsService,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  async get(caller: Caller, kind: PlaceKind, id: string): Promise<PlaceLabels> {
    await this.placeOf(caller, kind, id, 'read');
    return viewOf(id, await this.labels.of(this.database, id));
  }

  /** @throws 422 when there would be too many */
  async change(caller: Caller, kind: PlaceKind, id: string, change: ChangeLabels): Promise<PlaceLabels> {
    const place = await this.placeOf(caller, kind, id, 'update');
    return this.database.transaction(async (tx) => {
      await (kind === 'app' ? this.apps : this.environments).hold(tx, id);
      const before = await this.labels.lock(tx, id);
      const labels = merged(before.labels, change);
      requireRoom(labels, change);
      if (isSame(before.labels, labels)) return viewOf(id, before);
      const row = { labels, since: this.momentAfter(before) };
      await this.labels.set(tx, id, labels, row.since);
      await this.tell(tx, kind, place, row);
      const target = { kind, id };
      await this.changes.act(tx, {
        ...{ by: caller, action: `${kind}s:update`, target, organizationId: place.organizationId },
        ...{ detail: { labels }, change: changedFrom({ labels: before.labels }, { labels }) },
      });
      return viewOf(id, row);
    });
  }

  private placeOf(caller: Caller, kind: PlaceKind, id: string, verb: 'read' | 'update'): Promise<Labelled> {
    return kind === 'app'
      ? this.apps.get(caller, id, `apps:${verb}`)
      : this.environments.get(caller, id, `environments:${verb}`);
  }

  /** A clock that was set back does not make labels end before they begin. */
  private momentAfter({ since }: LabelsRow): Date {
    const now = this.mint.now();
    return since && since > now ? since : now;
  }

  private async tell(
    tx: Tx,
    kind: PlaceKind,
    place: Labelled,
    { labels, since }: { labels: LabelsRow['labels']; since: Date },
  ) {
    const { id, organizationId, projectId } = place;
    const stated = Object.entries(labels).map(([key, value]) => ({ key, value }));
    const said = { organizationId, projectId, labels: stated, labelledAt: since.toISOString() };
    if (kind === 'app')
      return this.changes.tell(tx, appLabelled, { subject: id, organizationId, data: { ...said, appId: id } });
    return this.changes.tell(tx, environmentLabelled, {
      ...{ subject: id, organizationId, data: { ...said, environmentId: id } },
    });
  }
}

const viewOf = (id: string, { labels, since }: LabelsRow): PlaceLabels => ({
  ...{ id, labels: merged(labels, {}), since: since?.toISOString() ?? null },
});

function requireRoom(labels: LabelsRow['labels'], change: ChangeLabels): void {
  if (Object.keys(labels).length <= MOST_LABELS) return;
  const [added] = Object.keys(change).filter((key) => change[key] !== null);
  throw labelErrors.TooManyLabels(`There may be ${MOST_LABELS} labels.`, { pointer: `/${added ?? ''}` });
}
