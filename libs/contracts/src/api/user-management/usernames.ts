import { z } from 'zod';

/** Names that sound like the platform, its staff or a place of its own: somebody would believe them. */
const reserved = new Set(
  `abuse admin administrator anonymous api auth berth billing console deleted everybody everyone help hostmaster info
  localhost login logout mail me moderator noreply no-reply null oauth official operator owner person platform postmaster
  register root security self service staff status support sysadmin system undefined user users webmaster www`.split(
    /\s+/,
  ),
);
const looksLikeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** 2 to 39 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends; never an e-mail address. */
export const writtenUsername = z
  .string()
  .max(100)
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,37}[a-z0-9]$/));

/** Whether nobody may choose it: it is a word of the platform, or looks like an id. */
export const isReservedUsername = (name: string): boolean => reserved.has(name) || looksLikeId.test(name);

/** One that somebody chooses. Case does not matter: it is kept in lower case. */
export const username = writtenUsername.refine((name) => !isReservedUsername(name), { error: 'is reserved' });
