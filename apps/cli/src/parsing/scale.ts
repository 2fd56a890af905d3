import type { Schemas } from '@berth/api-client';
import { usageError } from '../errors.js';
import { requireDistinct } from './assignments.js';
import { parseCount, parseCpu, parseMemory } from './units.js';

export interface Sizes {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
}

/** `web=3 worker` with sizes that hold for every named process type; sizes alone are for `web`. */
export function parseScale(processes: readonly string[], sizes: Sizes): Schemas['ScaleWorkload'] {
  const size = {
    ...(sizes.cpu === undefined ? {} : { cpuMillicores: parseCpu(sizes.cpu) }),
    ...(sizes.memory === undefined ? {} : { memoryMib: parseMemory(sizes.memory) }),
  };
  const hasSize = Object.keys(size).length > 0;
  const named = processes.map((text) => parseProcess(text, hasSize));
  requireDistinct(named.map(({ name }) => name));
  if (named.length === 0 && !hasSize)
    throw usageError('Say what to scale: berth ps scale web=3 --cpu 500m --memory 256Mi');
  const sized = named.length === 0 ? ['web'] : named.map(({ name }) => name);
  return {
    counts: Object.fromEntries(named.flatMap(({ name, count }) => (count === undefined ? [] : [[name, count]]))),
    sizes: hasSize ? Object.fromEntries(sized.map((name) => [name, size])) : {},
  };
}

function parseProcess(text: string, hasSize: boolean): { name: string; count?: number } {
  const [name = '', count, ...rest] = text.split('=');
  if (name === '' || rest.length > 0 || (count === undefined && !hasSize)) {
    throw usageError(`"${text}" is not a process type with a count: write web=3.`);
  }
  return count === undefined ? { name } : { name, count: parseCount(count) };
}
