import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { currency, decimal, id } from '../../common/values.js';

/** What one hour costs: of one core, and of one GiB (2^30 bytes) of memory. Ten decimals. */
export const priceBook = z
  .object({ id, name: z.string(), currency, coreHour: decimal, gibHour: decimal })
  .meta({ id: 'PriceBook' });
export type PriceBook = z.infer<typeof priceBook>;
export const priceBookPage = pageOf(priceBook).meta({ id: 'PriceBookPage' });
