/** Milliseconds that mean the same in every process of this machine, to the microsecond. */
export const now = () => performance.timeOrigin + performance.now();
