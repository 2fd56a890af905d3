import { z } from 'zod';

/** An e-mail address as people type it; case and surrounding space do not matter. */
export const email = z
  .string()
  .max(254)
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.email());

/** 8 characters at least; more than 72 bytes of UTF-8 are refused because bcrypt would ignore what follows. */
export const newPassword = z
  .string()
  .min(8)
  .refine((value) => new TextEncoder().encode(value).length <= 72, { error: 'must not be longer than 72 bytes' });

export const displayName = z.string().trim().min(1).max(100);
