import { type Caller, changedFrom } from '@berth/access';
import { type Labels, MOST_LABELS } from '@berth/contracts/common';
import type { ChangeLabels, PlaceLabels } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { AppsService } from '../apps/apps.service.js';
import { Changes } from '../changes/changes.js';
import { EnvironmentsService } from '../environments/environments.service.js';
import { type Labelled, LabelWriter, type PlaceKind } from './label-writer.js';
import { isSame, merged } from './labels.js';
import { labelErrors } from './labels.errors.js';
import { LabelsRepository, type LabelsRow } from './labels.repository.js';

/** Labels of apps and environments; metering is told of each change, because costs are told apart by them. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly database: Database,
    private readonly labels: LabelsRepository,
    private readonly apps: AppsService,
    private readonly environments: EnvironmentsService,
    private readonly changes: Changes,
    private readonly writer: LabelWriter,
  ) {}

  async get(caller: Caller, kind: PlaceKind, id: string): Promise<PlaceLabels> {
    await this.placeOf(caller, kind, id, 'read');
    return viewOf(id, await this.labels.of(this.database, id));
  }

  /** `stillSo` throws when they are not as the caller believes. @throws 422 when there would be too many */
  async change(
    caller: Caller,
    kind: PlaceKind,
    id: string,
    change: ChangeLabels,
    stillSo: (labels: Labels) => void = () => undefined,
  ): Promise<PlaceLabels> {
    const place = await this.placeOf(caller, kind, id, 'update');
    return this.database.transaction(async (tx) => {
      await (kind === 'app' ? this.apps : this.environments).hold(tx, id);
      const before = await this.labels.lock(tx, id);
      stillSo(before.labels);
      const labels = merged(before.labels, change);
      requireRoom(labels, change);
      if (isSame(before.labels, labels)) return viewOf(id, before);
      const row = await this.writer.write(tx, kind, place, labels, before.since);
      const target = { kind, id };
      await this.changes.act(tx, {
        ...{ by: caller, action: `${kind}s:update`, target, organizationId: place.organizationId },
        ...{ detail: { labels }, change: changedFrom({ labels: before.labels }, { labels }) },
      });
      return viewOf(id, row);
    });
  }

  private async placeOf(caller: Caller, kind: PlaceKind, id: string, verb: 'read' | 'update'): Promise<Labelled> {
    if (kind === 'environment') return this.environments.get(caller, id, `environments:${verb}`);
    return verb === 'read' ? (await this.apps.getInPart(caller, id)).app : this.apps.get(caller, id, 'apps:update');
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
