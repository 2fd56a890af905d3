import type { DeclaredWorkload } from '@berth/contracts/deployment';
import { type ConfigEntries, type ConfigEntry, sha256 } from '../config/config-version.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type Fields, flatten, NOTHING } from './fields.js';

type Parts = Pick<WorkloadRow, 'counts' | 'autoscaling' | 'deadlines'> & { sizes: WorkloadRow['processSettings'] };

const partsOf = ({ counts, autoscaling, sizes, deadlines }: Parts): Fields => ({
  ...flatten('counts', counts, 1),
  ...flatten('autoscaling', autoscaling, 1),
  ...flatten('sizes', sizes, 2),
  ...flatten('deadlines', deadlines, 1),
});

/** What a spec states of it, its parts apart. */
export const statedBy = ({
  trackedRef,
  source,
  counts,
  autoscaling,
  sizes,
  deadlines = {},
  config,
}: DeclaredWorkload): Fields => ({
  ...{ trackedRef, source },
  ...(config && statedConfig(config)),
  ...partsOf({ counts, autoscaling, sizes: sizes as Parts['sizes'], deadlines: deadlines as Parts['deadlines'] }),
});

/** What of it can be declared, its parts apart, as it is. `source`: of the last deployment that named one. */
export function fieldsOf(row: WorkloadRow, source: object | null, entries: ConfigEntries): Fields {
  const { trackedRef, counts, autoscaling, processSettings: sizes, deadlines } = row;
  const config = Object.entries(entries).map(([name, entry]) => [fieldOf(name), stanceOf(entry)]);
  const parts = partsOf({ counts, autoscaling, sizes, deadlines });
  return { trackedRef, source, ...parts, ...(Object.fromEntries(config) as Fields) };
}

/** What is compared is remembered, which no value of config has to be. */
function statedConfig({ set, unset }: NonNullable<DeclaredWorkload['config']>): Fields {
  const gone = unset.map((name) => [fieldOf(name), NOTHING]);
  const there = Object.entries(set).map(([name, value]) => [fieldOf(name), sha256(value)]);
  return Object.fromEntries([...gone, ...there]) as Fields;
}

const fieldOf = (name: string): string => `config.${name}`;
/** A secret or a link of that name is never what a plain variable states. */
const stanceOf = (entry: ConfigEntry): unknown => ('value' in entry ? sha256(entry.value) : entry);
