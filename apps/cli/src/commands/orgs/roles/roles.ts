import type { Client, Schemas } from '@berth/api-client';
import { everyPage } from '../../../output/pages.js';

export type CustomRole = Schemas['CustomRole'];

/** Those that the organization defined itself. */
export const rolesOf = (client: Client, organization: string): Promise<CustomRole[]> =>
  everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/roles', { params: { query } });
  });
