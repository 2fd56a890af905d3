import type { DeclaredWorkload } from '@berth/contracts/deployment';
import type { WorkloadRow } from '../workloads/workload.js';
import { type Fields, flatten } from './fields.js';

type Parts = Pick<WorkloadRow, 'counts' | 'autoscaling' | 'deadlines'> & { sizes: WorkloadRow['processSettings'] };

const partsOf = ({ counts, autoscaling, sizes, deadlines }: Parts): Fields => ({
  ...flatten('counts', counts, 1),
  ...flatten('autoscaling', autoscaling, 1),
  ...flatten('sizes', sizes, 2),
  ...flatten('deadlines', deadlines, 1),
});

/** What a spec states of it. */
export const statedBy = ({
  trackedRef,
  source,
  counts,
  autoscaling,
  sizes,
  deadlines = {},
}: DeclaredWorkload): Fields => ({
  ...{ trackedRef, source },
  ...partsOf({ counts, autoscaling, sizes: sizes as Parts['sizes'], deadlines: deadlines as Parts['deadlines'] }),
});

/** What of it can be declared, as it is. `source`: of the last deployment that named one. */
export function fieldsOf(row: WorkloadRow, source: object | null): Fields {
  const { trackedRef, counts, autoscaling, processSettings: sizes, deadlines } = row;
  return { trackedRef, source, ...partsOf({ counts, autoscaling, sizes, deadlines }) };
}
