import type { ServiceName } from '@berth/contracts/events';

/** Names of operations that several services offer alike: `operationNames('metering')('get', 'EventState')`. */
export function operationNames(service: ServiceName): (verb: string, what: string) => string {
  const prefix = service.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return (verb, what) => `${verb}${prefix}${what}`;
}
