import { z } from 'zod';

/** `preview` environments come from pull requests and are not made by hand. */
export const environmentKind = z.enum(['development', 'staging', 'production', 'preview']);
export type EnvironmentKind = z.infer<typeof environmentKind>;
