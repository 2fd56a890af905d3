import type { Client, Schemas } from '@berth/api-client';
import { allOrganizations } from '../../lists.js';
import { choose, kinds } from '../../selection/choose.js';

/** The one that was named, and never another: for what must not hit the wrong one. */
export const findOrganization = async (client: Client, name: string): Promise<Schemas['MyOrganization']> =>
  choose(kinds.organization, await allOrganizations(client), name);
