import { readFile, stat } from 'node:fs/promises';
import type { Logger } from '@berth/service-kit';
import type { CityResponse, Reader } from 'mmdb-lib';
import { placeName } from './place-name.js';
import type { Places } from './places.js';

const V4_IN_V6 = /^::ffff:(?=\d+\.)/;

type Records = Pick<Reader<CityResponse>, 'get'>;

interface Edition {
  readonly changedAt: number;
  readonly records: Records;
}

/** A file in MaxMind's DB format, which its publisher replaces now and then: read again when it changed. */
export class PlaceDatabase implements Places {
  private constructor(
    private readonly file: string,
    private readonly logger: Logger,
    private edition: Edition,
  ) {}

  /** @throws Error when there is no such file, or it is in another format */
  static async open(file: string, logger: Logger): Promise<PlaceDatabase> {
    return new PlaceDatabase(file, logger, { changedAt: await changeOf(file), records: await read(file) });
  }

  async of(address: string): Promise<string | null> {
    await this.follow();
    const record = this.edition.records.get(address.replace(V4_IN_V6, ''));
    return record ? placeName(record) : null;
  }

  /** A new edition that cannot be read leaves the former in use until the file changes again. */
  private async follow(): Promise<void> {
    const { changedAt: before, records } = this.edition;
    try {
      const changedAt = await changeOf(this.file);
      if (changedAt === before) return;
      this.edition = { changedAt, records };
      this.edition = { changedAt, records: await read(this.file) };
    } catch (error) {
      this.logger.warn({ error }, `${this.file} cannot be read: the edition before it is used`);
    }
  }
}

const changeOf = async (file: string): Promise<number> => (await stat(file)).mtimeMs;

async function read(file: string): Promise<Records> {
  const { Reader } = await import('mmdb-lib');
  return new Reader<CityResponse>(await readFile(file));
}
