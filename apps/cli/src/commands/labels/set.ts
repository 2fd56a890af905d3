import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseLabels } from '../../parsing/labels.js';
import { ofWorkload } from '../options.js';
import { changeLabels, type PlaceOptions } from './place.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('<key=value...>', 'labels of the app or of the environment; others stay');

export const run = (context: Context, given: PlaceOptions, texts: string[]): Promise<void> =>
  changeLabels(context, given, parseLabels(texts));
