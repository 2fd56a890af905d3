import { writtenUsername } from '@berth/contracts/identity';

/** Leaves room for a number of nine digits. */
const LONGEST_STEM = 30;
/** Reserved, so that it never stands without a number. */
const NAMELESS = 'person';

/** What a username is made of for somebody who chose none: what is in front of the @, without what follows a plus sign. */
export function stemOfAddress(email: string): string {
  const local = email.slice(0, email.lastIndexOf('@')).split('+')[0] ?? '';
  const letters = local
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-');
  const stem = trimmed(trimmed(letters).slice(0, LONGEST_STEM));
  return writtenUsername.safeParse(stem).success ? stem : NAMELESS;
}

/** What a number is put behind. */
export const numberedStem = (name: string): string => trimmed(name.slice(0, LONGEST_STEM));

const trimmed = (text: string): string => text.replaceAll(/^[._-]+|[._-]+$/g, '');
