import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** `path`, and before it `path.1` ... the oldest last. Callers append one after the other. */
export class RotatedFile {
  private size: number | undefined;

  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
    private readonly files: number,
  ) {}

  async append(text: string): Promise<void> {
    this.size ??= await sizeOf(this.path);
    const bytes = Buffer.byteLength(text);
    if (this.size > 0 && this.size + bytes > this.maxBytes) await this.rotate();
    await appendFile(this.path, text, { mode: 0o600 });
    this.size += bytes;
  }

  private async rotate(): Promise<void> {
    const names = rotatedNames(this.path, this.files);
    await rm(names.at(-1) ?? this.path, { force: true });
    for (const [at, name] of [...names.entries()].toReversed()) {
      const older = names[at + 1];
      if (older !== undefined) await rename(name, older).catch(ignoreMissing);
    }
    this.size = 0;
  }
}

/** Names of the files of a log, newest first. */
export const rotatedNames = (path: string, files: number): string[] =>
  Array.from({ length: files }, (_, at) => (at === 0 ? path : `${path}.${at}`));

async function sizeOf(path: string): Promise<number> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
