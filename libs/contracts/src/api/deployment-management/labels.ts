import { z } from 'zod';
import { labelKey, labels, labelValue, MOST_LABELS } from '../../common/labels.js';
import { id, instant } from '../../common/values.js';

/** JSON merge patch: what is not named stays, null takes away. */
export const changeLabels = z
  .record(labelKey, labelValue.nullable())
  .refine((change) => Object.keys(change).length <= 2 * MOST_LABELS, { error: 'are too many at once' })
  .meta({ id: 'ChangeLabels' });
export type ChangeLabels = z.infer<typeof changeLabels>;

/** Labels of an app or an environment, by which usage and costs can be told apart. */
export const placeLabels = z.object({ id, labels, since: instant.nullable() }).meta({ id: 'PlaceLabels' });
export type PlaceLabels = z.infer<typeof placeLabels>;
