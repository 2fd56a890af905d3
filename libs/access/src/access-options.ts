/** Injection tokens of what AccessModule was given. */
export const ACCESS_OPTIONS = Symbol('berth.access-options');
export const ACCESS_SERVICE = Symbol('berth.access-service');
