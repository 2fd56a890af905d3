import { baseConfig } from '@berth/service-kit';
import type { z } from 'zod';

export const config = baseConfig;
export type Config = z.infer<typeof config>;
