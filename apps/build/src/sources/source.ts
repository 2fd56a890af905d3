/** A source as it lies on disk, ready to be detected and built. */
export interface FetchedSource {
  /** Full commit id; null for an upload. */
  readonly commit: string | null;
  /** Identity of the whole content: git tree id, or hash over an upload's entries. */
  readonly tree: string;
  /** First line of the commit message; empty for an upload. */
  readonly subject: string;
}

export interface SourceLimits {
  /** Of the fetched pack, and of the checked-out files. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly timeoutSeconds: number;
}
