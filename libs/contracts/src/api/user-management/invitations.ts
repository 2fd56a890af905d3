import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant } from '../../common/values.js';
import { role, scope } from '../../events/shapes.js';

/** The code is in the mail alone. */
export const invitation = z
  .object({ id, organizationId: id, email: z.string(), scope, role, expiresAt: instant, createdAt: instant })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof invitation>;

export const invitationQuery = pageQuery.extend({ organization: id });
export type InvitationQuery = z.infer<typeof invitationQuery>;
export const invitationPage = pageOf(invitation).meta({ id: 'InvitationPage' });

export const answerInvitation = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'AnswerInvitation' });
export type AnswerInvitation = z.infer<typeof answerInvitation>;
