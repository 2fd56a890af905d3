import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { type PlaceOptions, showLabels } from './place.js';

export const options = ofWorkload;

export const run = (context: Context, given: PlaceOptions): Promise<void> => showLabels(context, given);
