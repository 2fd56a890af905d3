/** A version of an organization's access state: what a client has seen and must not be answered behind. */
export interface AccessVersion {
  readonly organizationId: string;
  readonly version: number;
}

/** Name of the header, in requests and in answers: `<organization>@<version>`. */
export const BERTH_ACCESS = 'berth-access';

export const formatBerthAccess = ({ organizationId, version }: AccessVersion): string => `${organizationId}@${version}`;

/** Undefined when it is malformed. */
export function parseBerthAccess(header: string): AccessVersion | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([1-9][0-9]{0,8})$/i.exec(header);
  if (!match?.[1] || !match[2]) return undefined;
  return { organizationId: match[1].toLowerCase(), version: Number(match[2]) };
}
