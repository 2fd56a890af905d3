import type { Labels } from '@berth/contracts/common';
import { appLabelled, environmentLabelled } from '@berth/contracts/events';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { LabelsRepository, type LabelsRow } from './labels.repository.js';

export interface Labelled {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
}

export type PlaceKind = 'app' | 'environment';

/** Stores all labels of an app or an environment, and tells them. */
@Injectable()
export class LabelWriter {
  constructor(
    private readonly labels: LabelsRepository,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** Of what is made in the same transaction: they hold before anything of it is used. */
  async first(tx: Tx, kind: PlaceKind, place: Labelled, labels: Labels): Promise<void> {
    if (Object.keys(labels).length > 0) await this.write(tx, kind, place, labels, null);
  }

  /** `before`: since when those hold that they replace. A clock that was set back does not make labels end before they begin. */
  async write(
    tx: Tx,
    kind: PlaceKind,
    { id, organizationId, projectId }: Labelled,
    labels: Labels,
    before: Date | null,
  ): Promise<LabelsRow> {
    const now = this.mint.now();
    const since = before && before > now ? before : now;
    await this.labels.set(tx, id, labels, since);
    const stated = Object.entries(labels).map(([key, value]) => ({ key, value }));
    const said = { organizationId, projectId, labels: stated, labelledAt: since.toISOString() };
    await (kind === 'app'
      ? this.changes.tell(tx, appLabelled, { subject: id, organizationId, data: { ...said, appId: id } })
      : this.changes.tell(tx, environmentLabelled, {
          ...{ subject: id, organizationId, data: { ...said, environmentId: id } },
        }));
    return { labels, since };
  }
}
