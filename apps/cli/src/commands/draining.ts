import type { Command } from 'commander';
import { parseDuration } from '../parsing/units.js';

export interface Draining {
  readonly drain?: string;
}

export const draining = (command: Command): Command =>
  command.option('--drain <duration>', 'how long the former cluster serves on after that: 30s, 10m (default: 60s)');

export const drainOf = ({ drain }: Draining): { drainSeconds?: number } =>
  drain === undefined ? {} : { drainSeconds: parseDuration(drain) };
