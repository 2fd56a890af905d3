/** Injection token of the service's parsed configuration. */
export const CONFIG = Symbol('berth.config');
