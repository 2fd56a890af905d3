import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { showVerification } from './entries.js';

export const options = inOrganization;

export async function run(context: Context): Promise<void> {
  const { id: organization, slug } = await context.selection.organization();
  const query = { organization };
  const found = await answerOf(context.client.GET('/v1/audit/verification', { params: { query } }));
  await showVerification(context, found, slug);
}
