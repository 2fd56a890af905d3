import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { changeProtection } from './change.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<NETWORK...>', 'addresses or networks, such as 198.51.100.0/24 or 2001:db8::/32: all that there are')
    .description('let in who comes from there, and nobody else; on Kubernetes where Traefik is the gateway');

export const run = (context: Context, _given: object, allow: string[]): Promise<void> =>
  changeProtection(context, { allow });
