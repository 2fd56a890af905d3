import { answerOf } from '@berth/api-client';

interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

/** All items of a list, or the first `most` of them. */
export async function everyPage<Item>(
  page: (cursor?: string) => Promise<{ data?: Page<Item> }>,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items: more, next } = await answerOf(page(cursor));
    items.push(...more);
    cursor = next ?? undefined;
  } while (cursor !== undefined && items.length < most);
  return items.slice(0, most);
}
