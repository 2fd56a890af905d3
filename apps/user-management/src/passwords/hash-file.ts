import { type FileHandle, open } from 'node:fs/promises';

/** A line of Pwned Passwords: SHA-1 in capital hex digits, colon, how often it was seen. */
const LINE = /^([0-9A-F]{40}):\d+\r?$/;
/** More than any line has. */
const LINE_BYTES = 128;
/** What is left of a search when it is read at once. */
const REST_BYTES = 4_096;

/**
 * A file of SHA-1 hashes in ascending order, a line each, as the downloader of Pwned Passwords writes it
 * (https://github.com/HaveIBeenPwned/PwnedPasswordsDownloader). It has some 40 GB and is searched where it lies. Opened for each
 * question: what replaces it counts at once.
 */
export class HashFile {
  constructor(private readonly path: string) {}

  /** @throws Error when the file is not there, or its first and last lines are not of that format and order */
  async check(): Promise<void> {
    await this.during(async (file, size) => {
      const first = hashIn((await textOf(file, 0, LINE_BYTES)).split('\n')[0]);
      const end = await textOf(file, Math.max(0, size - LINE_BYTES), LINE_BYTES);
      if (hashIn(end.trimEnd().split('\n').at(-1)) < first) throw new Error('its hashes are not in order');
    });
  }

  /** @param hash 40 capital hex digits @throws Error when the file is gone, or has something else where the hash would be */
  has(hash: string): Promise<boolean> {
    return this.during(async (file, size) => {
      let [low, high] = [0, size];
      // The line of the hash, if there is one, begins at `low` or after it and at `high` or before it.
      while (high - low > REST_BYTES) {
        const middle = low + Math.floor((high - low) / 2);
        const [rest = '', line] = (await textOf(file, middle, 2 * LINE_BYTES)).split('\n');
        if (hashIn(line) <= hash) low = middle + rest.length + 1;
        else high = middle;
      }
      const rest = await textOf(file, low, high - low + LINE_BYTES);
      return rest.split('\n').some((line) => line.startsWith(`${hash}:`));
    });
  }

  private async during<Result>(work: (file: FileHandle, size: number) => Promise<Result>): Promise<Result> {
    const file = await open(this.path);
    try {
      return await work(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }
}

async function textOf(file: FileHandle, at: number, bytes: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  return buffer.toString('latin1', 0, bytesRead);
}

function hashIn(line: string | undefined): string {
  const hash = LINE.exec(line ?? '')?.[1];
  if (hash === undefined) throw new Error('it has a line that is no SHA-1 hash with a count');
  return hash;
}
