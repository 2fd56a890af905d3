import type { Schemas } from '@berth/api-client';
import type { Context } from '../../../context.js';
import { everyPage } from '../../../output/pages.js';

export type LinkedIdentity = Schemas['LinkedIdentity'];

export const linkedIdentitiesOf = ({ client }: Context): Promise<LinkedIdentity[]> =>
  everyPage((cursor) =>
    client.GET('/v1/auth/identities', { params: { query: cursor === undefined ? {} : { cursor } } }),
  );
