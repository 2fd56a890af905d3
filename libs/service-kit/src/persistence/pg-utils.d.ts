/** A part of the driver that its types do not tell. */
declare module 'pg/lib/utils.js' {
  const utils: {
    /** A parameter as it is sent. @throws Error when it refers to itself */
    prepareValue(value: unknown): string | Buffer | null;
  };
  // eslint-disable-next-line no-restricted-syntax -- it is CommonJS: what it exports is one object
  export default utils;
}
