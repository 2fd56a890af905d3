import type { ProcessSize } from '@berth/contracts/common';
import type { VerticalBounds } from '@berth/contracts/deployment';

/** The most that one instance was seen to use. */
export interface Peaks {
  readonly cpuMillicores: number;
  readonly memoryMib: number;
}

export interface Seen {
  /** Of the last while: what a size must have room for now. */
  readonly recent: Peaks | null;
  /** Of the whole window that one must know before less is enough; null while less than that is known. */
  readonly whole: Peaks | null;
  /** An instance of this size ended because it had too little memory. */
  readonly ranOut: boolean;
}

export type Decision =
  | { readonly kind: 'keep'; readonly reason: 'unknown' | 'fits' | 'at-most'; readonly message: string }
  | { readonly kind: 'resize'; readonly size: ProcessSize; readonly message: string };

type Resource = keyof ProcessSize;

interface Rule {
  /** Sizes are multiples of it. */
  readonly step: number;
  readonly unit: string;
}

const rules: Readonly<Record<Resource, Rule>> = {
  cpuMillicores: { step: 10, unit: 'm' },
  memoryMib: { step: 16, unit: 'MiB' },
};

/** In percent of the size. Between the two lower ones nothing is done: a size that was chosen lies in the middle of them. */
const AIM = 70;
const TOO_LITTLE = 90;
const TOO_MUCH = 50;

/**
 * What the size of a process type should be, within its bounds. One that was decided is kept as long as what is seen is the
 * same. CPU is never raised because memory is, nor the other way round.
 */
export function decide(bounds: VerticalBounds, size: ProcessSize, what: Seen): Decision {
  const seen = withAllUsed(size, what);
  const wanted: ProcessSize = {
    cpuMillicores: bounds.cpuMillicores ? next('cpuMillicores', bounds.cpuMillicores, size, seen) : size.cpuMillicores,
    memoryMib: bounds.memoryMib ? next('memoryMib', bounds.memoryMib, size, seen) : size.memoryMib,
  };
  // Whatever else would fit better: an instance that ran out of memory needs more of it first.
  if (seen.ranOut && wanted.memoryMib <= size.memoryMib)
    return {
      kind: 'keep',
      reason: 'at-most',
      message: `It ran out of memory with ${size.memoryMib} MiB, and may not have more`,
    };
  const changed = resources.filter((resource) => wanted[resource] !== size[resource]);
  if (changed.length > 0)
    return {
      kind: 'resize',
      size: wanted,
      message: changed.map((each) => sentence(each, size, wanted, seen)).join('; '),
    };
  if (!seen.recent) return { kind: 'keep', reason: 'unknown', message: 'Nobody has seen yet what it uses' };
  return { kind: 'keep', reason: 'fits', message: `It fits: ${usedOf(seen.recent, bounds)}` };
}

/** What ran out of memory used all that it had, whoever looked when. */
export function withAllUsed(size: ProcessSize, seen: Seen): Seen {
  if (!seen.ranOut) return seen;
  const all = (peaks: Peaks | null): Peaks => ({
    cpuMillicores: peaks?.cpuMillicores ?? 0,
    memoryMib: Math.max(size.memoryMib, peaks?.memoryMib ?? 0),
  });
  return { ...seen, recent: all(seen.recent), whole: seen.whole && all(seen.whole) };
}

const resources = ['cpuMillicores', 'memoryMib'] as const satisfies readonly Resource[];

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function next(resource: Resource, bounds: Bounds, sizes: ProcessSize, { recent, whole }: Seen): number {
  const size = sizes[resource];
  const clamp = (value: number): number => Math.min(bounds.max, Math.max(bounds.min, value));
  if (recent && recent[resource] * 100 > size * TOO_LITTLE) return clamp(Math.max(size, fitting(resource, recent)));
  if (!whole || !recent || whole[resource] * 100 >= size * TOO_MUCH) return clamp(size);
  return clamp(
    Math.min(size, fitting(resource, { ...whole, [resource]: Math.max(whole[resource], recent[resource]) })),
  );
}

const fitting = (resource: Resource, peaks: Peaks): number => rounded(resource, (peaks[resource] * 100) / AIM);

const rounded = (resource: Resource, value: number): number => {
  const { step } = rules[resource];
  return Math.max(step, Math.ceil(value / step) * step);
};

const names: Readonly<Record<Resource, string>> = { cpuMillicores: 'CPU', memoryMib: 'memory' };

function sentence(resource: Resource, from: ProcessSize, to: ProcessSize, { recent, whole, ranOut }: Seen): string {
  const { unit } = rules[resource];
  const change = `${names[resource]} ${from[resource]}${gap(unit)} -> ${to[resource]}${gap(unit)}`;
  if (resource === 'memoryMib' && ranOut) return `${change}: an instance ran out of it`;
  const peak = to[resource] > from[resource] ? recent : (whole ?? recent);
  return peak ? `${change}: at most ${peak[resource]}${gap(unit)} were used` : `${change}: its bounds`;
}

const gap = (unit: string): string => (unit === 'm' ? unit : ` ${unit}`);

const usedOf = (peaks: Peaks, bounds: VerticalBounds): string =>
  resources
    .filter((resource) => bounds[resource])
    .map((resource) => `at most ${peaks[resource]}${gap(rules[resource].unit)} of ${names[resource]} were used`)
    .join(', ');
