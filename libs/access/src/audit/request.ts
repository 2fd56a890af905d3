import { createHash, randomBytes } from 'node:crypto';
import type { AuditAddress, AuditEntry } from '@berth/contracts/events';
import { currentClientAddress, currentCorrelationId } from '@berth/service-kit';
import type { Caller } from '../caller.js';

interface Asked {
  readonly by: Caller | 'platform';
  readonly person?: string;
}

/** Where the request came from that is being answered. None without somebody whom it belongs to: nobody could have it erased. */
export function addressOf({ by, person }: Asked): AuditAddress | undefined {
  const address = currentClientAddress();
  const subjectId = by === 'platform' ? person : by.subjectId;
  if (address === undefined || subjectId === undefined) return undefined;
  return { subjectId, address, salt: randomBytes(16).toString('hex') };
}

/** Part of an entry's detail, so that services and collectors of former versions pass it on unharmed; nothing of it is personal. */
export function requestOf(
  by: Caller | 'platform',
  address: AuditAddress | undefined,
): Pick<AuditEntry['detail'], 'request'> {
  const correlationId = currentCorrelationId();
  const request = {
    ...(by === 'platform' ? {} : { sessionId: by.sessionId }),
    ...(correlationId !== undefined && { correlationId }),
    ...(address && { addressDigest: digestOf(address) }),
  };
  return Object.keys(request).length === 0 ? {} : { request };
}

/** sha256 in hexadecimal over salt and address, separated by a line feed. */
const digestOf = ({ salt, address }: Pick<AuditAddress, 'salt' | 'address'>): string =>
  createHash('sha256').update(`${salt}\n${address}`).digest('hex');

/** Whether an address is the one that an entry was recorded with. One that was forgotten is no contradiction: pass none. */
export const isAddressOf = (
  { detail }: Pick<AuditEntry, 'detail'>,
  kept: Pick<AuditAddress, 'salt' | 'address'>,
): boolean => detail.request?.addressDigest === digestOf(kept);
