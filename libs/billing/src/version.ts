/** Stands on every invoice. It changes whenever the same events and prices would give other bytes. */
export const codeVersion = '1';
