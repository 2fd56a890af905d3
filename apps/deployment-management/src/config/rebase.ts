import { overlaid } from './config-files.js';

/**
 * Lays what changed between `base` and `changed` over `onto`: names that were set are set, names that were removed are
 * removed, and everything else is as in `onto`.
 */
export function rebase<Value>(
  base: Readonly<Record<string, Value>>,
  changed: Readonly<Record<string, Value>>,
  onto: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const isTouched = (name: string): boolean => JSON.stringify(base[name]) !== JSON.stringify(changed[name]);
  const kept = Object.entries(onto).filter(([name]) => !isTouched(name));
  const set = Object.entries(changed).filter(([name]) => isTouched(name));
  return overlaid(Object.fromEntries(kept), Object.fromEntries(set));
}
