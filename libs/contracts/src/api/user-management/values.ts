import { z } from 'zod';

/** An e-mail address as people type it; case and surrounding space do not matter. */
export const email = z
  .string()
  .max(254)
  .transform((value) => value.trim().toLowerCase())
  .pipe(z.email());

/** 8 to 256 characters of any kind. */
export const newPassword = z.string().min(8).max(256);

export const displayName = z.string().trim().min(1).max(100);
