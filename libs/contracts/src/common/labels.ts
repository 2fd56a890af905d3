import { z } from 'zod';

/** What a label is about: `team`, `cost-center`. */
export const labelKey = z.string().regex(/^[a-z]([a-z0-9._-]{0,61}[a-z0-9])?$/, {
  error:
    'must be 1 to 63 characters: lower-case letters, digits, dots, hyphens and underscores, starting with a letter',
});

export const labelValue = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, {
  error: 'must be 1 to 63 characters: letters, digits, dots, hyphens and underscores, not at the ends',
});

/** An app or an environment has at most so many. */
export const MOST_LABELS = 20;

export const labels = z.record(labelKey, labelValue);
export type Labels = z.infer<typeof labels>;

/** With which an app or an environment is made. */
export const firstLabels = labels.refine((given) => Object.keys(given).length <= MOST_LABELS, {
  error: `may be ${MOST_LABELS} at most`,
});

/** As events say it. */
export const labelStated = z.object({ key: labelKey, value: labelValue });
