import type { Caller } from '../caller.js';
import type { Target } from '../permissions/can.js';
import type { Permission } from '../permissions/permissions.js';

/** What a request was allowed by: a permission on an object, or (null) on the platform. */
export interface Check {
  readonly permission: Permission;
  readonly target: Target | null;
}

/** On the caller itself, which the guard makes anew for each request. JSON and logs do not see it. */
const CHECKS = Symbol('berth.checks');

interface Checked {
  [CHECKS]?: Check[];
}

/** Remembers what was asked about a caller, that is about its request. Without a check: there was nothing to ask. */
export function noteCheck(caller: Caller & Checked, ...checks: Check[]): void {
  (caller[CHECKS] ??= []).push(...checks);
}

export const checksOf = (caller: Caller & Checked): readonly Check[] => caller[CHECKS] ?? [];

/** Whether it is a caller about whom anything was asked. */
export const isChecked = (value: unknown): boolean => typeof value === 'object' && value !== null && CHECKS in value;
