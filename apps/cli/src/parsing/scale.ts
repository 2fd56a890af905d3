import type { Schemas } from '@berth/api-client';
import { usageError } from '../errors.js';
import { requireDistinct } from './assignments.js';
import { parseCount, parseCpu, parseMemory } from './units.js';

export interface Sizes {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly targetCpu?: string | undefined;
}

/** `web=3 worker worker=2..10` with sizes that hold for every named process type; sizes alone are for `web`. */
export function parseScale(processes: readonly string[], sizes: Sizes): Schemas['ScaleWorkload'] {
  const size = sizeOf(sizes);
  const hasSize = Object.keys(size).length > 0;
  const named = processes.map((text) => parseProcess(text, hasSize));
  requireDistinct(named.map(({ name }) => name));
  if (named.length === 0 && !hasSize)
    throw usageError('Say what to scale: berth ps scale web=3 --cpu 500m --memory 256Mi');
  const sized = named.length === 0 ? ['web'] : named.map(({ name }) => name);
  return {
    counts: Object.fromEntries(named.flatMap(({ name, count }) => (count === undefined ? [] : [[name, count]]))),
    ...boundsOf(named, sizes),
    sizes: hasSize ? Object.fromEntries(sized.map((name) => [name, size])) : {},
  };
}

/** What is not given is left to the server. */
export const sizeOf = ({ cpu, memory }: Pick<Sizes, 'cpu' | 'memory'>) => ({
  ...(cpu === undefined ? {} : { cpuMillicores: parseCpu(cpu) }),
  ...(memory === undefined ? {} : { memoryMib: parseMemory(memory) }),
});

const DEFAULT_TARGET = '70';

/** Nothing where none are given. */
function boundsOf(
  named: readonly Named[],
  { targetCpu }: Sizes,
): { autoscaling?: NonNullable<Schemas['ScaleWorkload']['autoscaling']> } {
  const bounded = named.flatMap(({ name, bounds }) => (bounds ? [{ name, bounds }] : []));
  if (targetCpu !== undefined && bounded.length === 0)
    throw usageError('--target-cpu is for a process type with bounds: write web=2..10.');
  if (bounded.length === 0) return {};
  const cpuPercent = parseCount(targetCpu ?? DEFAULT_TARGET);
  return { autoscaling: Object.fromEntries(bounded.map(({ name, bounds }) => [name, { ...bounds, cpuPercent }])) };
}

interface Named {
  readonly name: string;
  readonly count?: number;
  readonly bounds?: { readonly min: number; readonly max: number };
}

function parseProcess(text: string, hasSize: boolean): Named {
  const [name = '', count, ...rest] = text.split('=');
  if (name === '' || rest.length > 0 || (count === undefined && !hasSize)) {
    throw usageError(`"${text}" is not a process type with a count: write web=3, or web=2..10.`);
  }
  const [min = '', max, ...more] = count?.split('..') ?? [];
  if (more.length > 0) throw usageError(`"${text}" has more than two bounds: write web=2..10.`);
  if (max !== undefined) return { name, bounds: { min: parseCount(min), max: parseCount(max) } };
  return count === undefined ? { name } : { name, count: parseCount(count) };
}
