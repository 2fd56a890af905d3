import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { emailAddress } from '../../parsing/email.js';
import { membersOf } from '../orgs/people/place.js';

/** The ids of members of the organization. @throws CliError that names the first who is none */
export async function idsOf({ client, selection }: Context, emails: readonly string[]): Promise<string[]> {
  const { id, slug } = await selection.organization();
  const members = await membersOf(client, id);
  return emails.map(emailAddress).map((email) => {
    const member = members.find((each) => each.email === email);
    if (member) return member.userId;
    throw notFound(`${email} has no role in ${slug}.`, `Invite them: berth orgs invite ${email}`);
  });
}

export const count = (number: number): string => (number === 1 ? '1 member' : `${number} members`);
