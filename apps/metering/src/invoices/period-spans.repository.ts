import { type ClippedSpan, type NamedApp, type Quantities, SpanDigest, Users } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { NamesRepository } from '../names/names.repository.js';
import { spansIn } from '../windows/hourly-totals.js';

const PAGE = 2_000;

/** SQL: an instant as a number; to read it costs a fraction of what to read a date does. */
const milliseconds = (instant: string): string => `(extract(epoch from ${instant}) * 1000)::float8`;

/** In the order of the digest. */
const spansSql = `
  select r.workload_id as "workloadId", r.app_id as "appId", r.environment_id as "environmentId",
         r.project_id as "projectId", r.cluster, r.release, r.process_type as "processType",
         r.cpu_millicores as "cpuMillicores", r.memory_mib as "memoryMib", r.storage_bytes::text as "storageBytes",
         r.build_millicores as "buildMillicores", r.egress_bytes as "egressBytes", r.domains, s.instances,
         ${milliseconds('greatest(lower(s.during), $2)')} as "from",
         ${milliseconds('least(coalesce(upper(s.during), $3), $3)')} as "to"
    from metered_resource r
    ${spansIn('r.id', '$2::timestamptz', '$3::timestamptz')}
   where r.organization_id = $1
   order by r.workload_id, "from", r.cluster collate "C", r.process_type collate "C", r.release, r.cpu_millicores,
            r.memory_mib`;

interface SpanRow extends Omit<ClippedSpan, 'storageBytes' | 'from' | 'to'> {
  readonly storageBytes: string;
  readonly from: number;
  readonly to: number;
}

export interface SpansOfPeriod {
  readonly spans: { readonly count: number; readonly sha256: string };
  readonly sums: Quantities;
  /** Of what used anything, as it is called. */
  readonly names: NamedApp[];
}

@Injectable()
export class PeriodSpansRepository {
  constructor(private readonly names: NamesRepository) {}

  /** Of all spans of an organization in `[from, to)`, read in pages so that memory stays the same however many there are. */
  async digest(tx: Tx, organizationId: string, from: Date, to: Date): Promise<SpansOfPeriod> {
    await tx.query(`declare period_span no scroll cursor for ${spansSql}`, [organizationId, from, to]);
    const [digest, users] = [new SpanDigest(), new Users()];
    const nextPage = () => tx.query<SpanRow>(`fetch ${PAGE} from period_span`);
    for (let page = await nextPage(); page.length > 0;) {
      const next = nextPage(); // is looked up while this one is hashed
      for (const row of page) {
        const span = spanOf(row);
        digest.add(span);
        users.add(span);
      }
      page = await next;
    }
    await tx.query('close period_span');
    const names = await this.names.of(tx, organizationId, users.ids());
    return { spans: digest.done(), sums: digest.sums(), names: users.named((id) => names.get(id) ?? null) };
  }
}

const spanOf = ({ storageBytes, from, to, ...span }: SpanRow): ClippedSpan => ({
  ...span,
  ...{ storageBytes: Number(storageBytes), from: new Date(from), to: new Date(to) },
});
