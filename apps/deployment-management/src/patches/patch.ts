import type { PodPatch } from '@berth/contracts/common';
import type { ProcessSettings } from '@berth/contracts/deployment';

/** What is wrong with a patch for this process type, and where; null when nothing is. What is wrong with any is in its schema. */
export function misfitOf(process: string, { spec }: PodPatch): { pointer: string; message: string } | null {
  const [container] = spec?.containers ?? [];
  if (!container) return null;
  const pointer = '/spec/containers/0';
  if (container.name !== process)
    return { pointer: `${pointer}/name`, message: `must be ${process}, the process type` };
  if (process !== 'web' || container.lifecycle?.preStop === undefined) return null;
  // Requests still come for a moment after the end was decided.
  return { pointer: `${pointer}/lifecycle/preStop`, message: 'is how web lets its last requests come in' };
}

/** Null: without one. */
export function withPatch(settings: ProcessSettings, process: string, patch: PodPatch | null): ProcessSettings {
  const { patch: _, ...rest } = settings[process] ?? {};
  if (patch) return { ...settings, [process]: { ...rest, patch } };
  const others = Object.entries(settings).filter(([name]) => name !== process);
  return { ...Object.fromEntries(others), ...(Object.keys(rest).length > 0 && { [process]: rest }) };
}
