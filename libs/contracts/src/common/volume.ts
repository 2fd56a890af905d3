import { z } from 'zod';

/** Where a volume is seen by its processes: an absolute path without `.` and `..`, and no folder of the system's own. */
export const mountPath = z
  .string()
  .max(200)
  .regex(/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/, {
    error: 'must be an absolute path of letters, digits, ".", "_" and "-"',
  })
  .refine((path) => !/^\/(tmp|proc|sys|dev|run\/berth)(\/|$)/.test(path), {
    error: 'must not lie in /tmp, /proc, /sys, /dev or /run/berth',
  });

/** Name of a storage class, as clusters have them. */
export const storageClassName = z.string().regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/);

const largest = 16 * 1_048_576;
/** MiB of one volume. */
export const volumeSize = z.int().min(1).max(largest);

/** Where a process finds its volume, on every runtime: in `BERTH_VOLUME_<NAME>`. */
export const volumeVariable = (name: string): string => `BERTH_VOLUME_${name.toUpperCase().replaceAll('-', '_')}`;
