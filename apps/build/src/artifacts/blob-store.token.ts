/** Injection token of the blob store; tests override it. */
export const BLOB_STORE = Symbol('berth.blob-store');
