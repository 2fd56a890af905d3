import pg from 'pg';

interface Sends {
  query(...sent: unknown[]): unknown;
}

/** Texts of all statements that this process sends to PostgreSQL until `work` has ended, in order, those of others included. */
export async function statementsIn(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const client = pg.Client.prototype as unknown as Sends;
  const { query } = client;
  client.query = function (this: Sends, ...sent: unknown[]) {
    const [first] = sent as [string | { readonly text?: string }];
    texts.push(typeof first === 'string' ? first : (first.text ?? ''));
    return query.apply(this, sent);
  };
  try {
    await work();
  } finally {
    client.query = query;
  }
  return texts;
}
