import { type DataOf, environmentSnapshot, appSnapshot, projectSnapshot } from '@berth/contracts/events';
import { Outbox, type SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

const PAGE = 100;

type Stated =
  | { readonly definition: typeof projectSnapshot; readonly columns: string }
  | { readonly definition: typeof environmentSnapshot; readonly columns: string }
  | { readonly definition: typeof appSnapshot; readonly columns: string };

const stated = {
  project: { definition: projectSnapshot, columns: 'id as "projectId"' },
  environment: { definition: environmentSnapshot, columns: 'project_id as "projectId", id as "environmentId", kind' },
  app: { definition: appSnapshot, columns: 'project_id as "projectId", id as "appId"' },
} as const satisfies Record<string, Stated>;

type Aggregate = keyof typeof stated;
type Row = DataOf<(typeof stated)[Aggregate]['definition']> & { readonly id: string };

/** States every project, environment or app again, those that were deleted, too: bills of the past name them. */
@Injectable()
export class PlaceSnapshots {
  constructor(private readonly outbox: Outbox) {}

  sources(): SnapshotSource[] {
    return (Object.keys(stated) as Aggregate[]).map((aggregate) => ({
      aggregate,
      emit: (tx, cursor) => this.emit(tx, aggregate, cursor),
    }));
  }

  private async emit(tx: Tx, aggregate: Aggregate, cursor: string | null): Promise<string | null> {
    const { definition, columns } = stated[aggregate];
    const page = await tx.query<Row>(
      `select id, organization_id as "organizationId", slug, ${columns} from ${aggregate}
        where $1::uuid is null or id > $1 order by id limit $2`,
      [cursor, PAGE],
    );
    for (const { id, ...data } of page)
      await this.outbox.append<typeof definition>(tx, definition, {
        ...{ subject: id, organizationId: data.organizationId },
        data: data as DataOf<typeof definition>,
      });
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  }
}
