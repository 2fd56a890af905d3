import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { changeLabels, type PlaceOptions } from './place.js';

export const options = (command: Command): Command => ofWorkload(command).argument('<key...>', 'labels to take away');

export const run = (context: Context, given: PlaceOptions, keys: string[]): Promise<void> =>
  changeLabels(context, given, Object.fromEntries(keys.map((key) => [key, null])));
