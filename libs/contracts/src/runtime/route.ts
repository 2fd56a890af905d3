import { z } from 'zod';

/** What requests of a host may begin with to be led elsewhere than the rest of it. */
export const sharedPath = z.strictObject({
  host: z.string(),
  /** `/api`: without a `/` at its end. It is itself and all below it; of several that fit the longest has the request. */
  path: z.string().regex(/^(?:\/[^/]+)+$/),
});
export type SharedPath = z.infer<typeof sharedPath>;

/** A host, or a path of it. Without a path it is all of the host that nothing longer has. */
export interface Place {
  readonly host: string;
  readonly path?: string | undefined;
}

/** All places that are to lead to a workload; its own host is the first. */
export const placesOf = ({
  hosts,
  paths = [],
}: {
  readonly hosts: readonly string[];
  readonly paths?: readonly SharedPath[] | undefined;
}): Place[] => [...hosts.map((host) => ({ host })), ...paths];

/** `shop.example.com/api`. Two places are the same when this is. */
export const spelled = ({ host, path = '' }: Place): string => `${host}${path}`;
