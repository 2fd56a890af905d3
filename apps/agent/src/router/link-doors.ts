import { linkVariables } from '@berth/contracts/common';
import type { DesiredLink, DesiredWorkload, Door } from '@berth/contracts/runtime';
import { createHash } from 'node:crypto';

/** Below the ports that instances get and that systems give to connections. */
const DOOR_PORT = 8_479;

type Linking = Pick<DesiredWorkload, 'links' | 'environment'>;

/**
 * A loopback address of its own for each workload that others are linked to, always the same: it outlives deployments,
 * restarts and stops of both. Names below `.localhost` are no way, because many resolvers do not know them; all of
 * 127.0.0.0/8 is this machine (RFC 1122, section 3.2.1.3), and 127.0.0.0/10 is left to others.
 */
function doorOf({ workloadId, host }: DesiredLink): Door {
  const [first = 0, second = 0, third = 0] = createHash('sha256').update(workloadId).digest();
  return { address: `127.${64 + (first % 192)}.${second}.${1 + (third % 254)}`, port: DOOR_PORT, host };
}

/** What the router is to open; that of the release before is in use until its instances are gone. */
export const doorsOf = ({ links = [] }: Pick<Linking, 'links'>): Door[] => links.map(doorOf);

/** Where its links lead, beneath its own variables. */
export function environmentWithLinks({ links = [], environment }: Linking): Record<string, string> {
  const leading = links.filter(({ isFormer }) => !isFormer).map((link) => ({ link, door: doorOf(link) }));
  const variables = leading.map(({ link, door: { address: host, port } }) => linkVariables(link.name, { host, port }));
  return { ...Object.assign({}, ...variables), ...environment };
}

/**
 * Each address once, however many are linked to its app. Addresses are hashes: where two apps have the same one it stays with
 * the one that it leads to already, whose callers run; else it leads nowhere, because whoever calls it may mean either.
 * `opened`: hosts by address.
 */
export function sorted(
  doors: readonly Door[],
  opened: ReadonlyMap<string, string>,
): { open: Door[]; ambiguous: Door[] } {
  const hosts = new Map<string, Set<string>>();
  for (const { address, host } of doors) hosts.set(address, (hosts.get(address) ?? new Set()).add(host));
  const distinct = [...new Map(doors.map((door) => [`${door.address} ${door.host}`, door])).values()];
  const isOpen = ({ address, host }: Door): boolean => hosts.get(address)?.size === 1 || opened.get(address) === host;
  return { open: distinct.filter(isOpen), ambiguous: distinct.filter((door) => !isOpen(door)) };
}
