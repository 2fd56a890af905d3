/** The one key of the one loop that brings signing keys to the gateways. */
export const GATEWAY_QUEUE = 'gateway-sync';
export const GATEWAY_KEY = 'gateways';
