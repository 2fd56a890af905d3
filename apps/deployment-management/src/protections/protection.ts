import { createHash } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import type { ChangeProtection, WorkloadProtection } from '@berth/contracts/deployment';
import type { Protection } from '@berth/contracts/runtime';

/** As it is stored. */
export interface ProtectionRow {
  /** What bcrypt made of passwords, by name. */
  readonly logins: Readonly<Record<string, string>>;
  readonly allow: readonly string[];
}

export const isProtected = ({ logins, allow }: ProtectionRow): boolean => Object.keys(logins).length + allow.length > 0;

/** A single address is a network of its own. */
export const networkOf = (text: string): string => (isIP(text) === 0 ? text : `${text}/${isIPv4(text) ? 32 : 128}`);

/** As a list of them is stored. */
export const networksOf = (allow: readonly string[]): string[] => [...new Set(allow.map(networkOf))];

/** `hashes`: of the passwords that are set. */
export function changed(
  row: ProtectionRow,
  { logins = {}, allow }: ChangeProtection,
  hashes: Readonly<Record<string, string>>,
): ProtectionRow {
  const kept = Object.entries(row.logins).filter(([name]) => logins[name] !== null);
  return {
    logins: { ...Object.fromEntries(kept), ...hashes },
    allow: allow ? networksOf(allow) : row.allow,
  };
}

/** For the runtime; undefined when nobody is kept out. */
export function desiredProtection(row: ProtectionRow): Protection | undefined {
  if (!isProtected(row)) return undefined;
  const { allow } = row;
  const known = sortedLogins(row).map(([username, passwordHash]) => ({ username, passwordHash }));
  const version = createHash('sha256').update(JSON.stringify(known)).digest('hex').slice(0, 16);
  return { ...(known.length > 0 && { logins: { version, known } }), ...(allow.length > 0 && { allow: [...allow] }) };
}

export const toProtection = (workloadId: string, row: ProtectionRow): WorkloadProtection => ({
  workloadId,
  logins: sortedLogins(row).map(([username]) => username),
  allow: [...row.allow],
});

const sortedLogins = ({ logins }: ProtectionRow): [string, string][] =>
  Object.entries(logins).sort(([one], [other]) => (one < other ? -1 : 1));

/**
 * Why an answer to somebody without a password is no proof that a route is as it is to be; null when it is one. A wall's own
 * 401 or 403 says that the route is there and closed.
 */
export function holeIn(protection: Protection | undefined, status: number | null): string | null {
  if (!protection?.logins || status === 401 || status === 403) return null;
  return 'it has to ask for a password, and did not';
}
