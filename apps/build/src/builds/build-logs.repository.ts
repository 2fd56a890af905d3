import type { BuildLogLine } from '@berth/contracts/build';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

interface Chunk {
  readonly first: number;
  readonly at: Date;
  readonly lines: readonly string[];
}

/** Lines in chunks, as they came; numbered from 1 without a gap. */
@Injectable()
export class BuildLogsRepository {
  async append(tx: Tx, buildId: string, first: number, lines: readonly string[], at: Date): Promise<void> {
    await tx.query('insert into build_log (build_id, first, at, lines) values ($1, $2, $3, $4)', [
      buildId,
      first,
      at,
      lines,
    ]);
  }

  /** Number of the line that would come next. */
  async next(sql: Sql, buildId: string): Promise<number> {
    const [last] = await sql.query<{ next: number }>(
      'select first + cardinality(lines) as next from build_log where build_id = $1 order by first desc limit 1',
      [buildId],
    );
    return last?.next ?? 1;
  }

  /** At most `limit` lines after a number: from the chunk that holds the next one, found by its key. */
  async read(sql: Sql, buildId: string, after: number, limit: number): Promise<BuildLogLine[]> {
    const chunks = await sql.query<Chunk>(
      `select first, at, lines from build_log
        where build_id = $1 and first + cardinality(lines) > $2::bigint + 1 and first >= coalesce(
          (select first from build_log where build_id = $1 and first <= $2::bigint + 1 order by first desc limit 1), 0)
        order by first limit $3`,
      [buildId, after, limit],
    );
    return chunks
      .flatMap(linesOf)
      .filter(({ sequence }) => sequence > after)
      .slice(0, limit);
  }

  async tail(sql: Sql, buildId: string, count: number): Promise<string[]> {
    const next = await this.next(sql, buildId);
    return (await this.read(sql, buildId, Math.max(0, next - 1 - count), count)).map(({ text }) => text);
  }
}

const linesOf = ({ first, at, lines }: Chunk): BuildLogLine[] =>
  lines.map((text, index) => ({ sequence: first + index, at: at.toISOString(), text }));
