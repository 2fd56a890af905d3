/** An image by its content. */
export interface PinnedImage {
  readonly repository: string;
  readonly digest: string;
}

/** Null for one that is named by a tag, which may be another image tomorrow. A tag beside the digest says nothing. */
export function pinnedImage(reference: string): PinnedImage | null {
  const [name = '', digest] = reference.split('@');
  if (digest === undefined) return null;
  return { repository: name.replace(/:[^:/]+$/, ''), digest };
}
