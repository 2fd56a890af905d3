import { type Command, Option } from 'commander';

/** Services whose events administrators can look at. */
export const services = ['metering', 'user-management'] as const;

export interface OfService {
  readonly of: (typeof services)[number];
}

export const ofService = (command: Command): Command =>
  command.addOption(new Option('--of <service>', 'whose events').choices(services).default('metering'));
