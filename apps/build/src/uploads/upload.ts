/** A source that a client sent, as it is stored: its archive is a blob. */
export interface Upload {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string | null;
  readonly subjectId: string;
  /** Digest of the archive. */
  readonly blob: string;
  /** Hash over the unpacked names and contents. */
  readonly tree: string;
  readonly sizeBytes: number;
  readonly createdAt: Date;
}
