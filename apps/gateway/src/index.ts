export type { CancelTimer, Clock } from './clock.js';
export { type GatewayOptions, type RunningGateway, startGateway } from './gateway.js';
export { KongConfigError } from './kong/parse-kong-file.js';
export type { GatewayLogger } from './logger.js';
export type { Timeouts } from './proxy/target.js';
