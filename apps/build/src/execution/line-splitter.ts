import { StringDecoder } from 'node:string_decoder';

/**
 * Cuts a stream of bytes into lines. A line longer than the limit is cut there and its rest thrown away, so that output
 * without line ends cannot fill the memory.
 */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private pending = '';
  private skipping = false;

  constructor(private readonly maxLength: number) {}

  push(bytes: Buffer): string[] {
    const pieces = this.decoder.write(bytes).split('\n');
    const last = pieces.pop() ?? '';
    const lines = pieces.flatMap((piece) => this.finish(piece));
    this.hold(last);
    return lines.concat(this.overlong());
  }

  end(): string[] {
    const rest = this.pending + this.decoder.end();
    this.pending = '';
    return rest && !this.skipping ? [clean(rest)] : [];
  }

  private finish(piece: string): string[] {
    const skipped = this.skipping;
    const line = this.pending + piece;
    this.pending = '';
    this.skipping = false;
    return skipped ? [] : [clean(line.slice(0, this.maxLength))];
  }

  private hold(piece: string): void {
    if (!this.skipping) this.pending += piece;
  }

  private overlong(): string[] {
    if (this.pending.length < this.maxLength) return [];
    const line = this.pending.slice(0, this.maxLength);
    this.pending = '';
    this.skipping = true;
    return [clean(line)];
  }
}

/** Progress bars overwrite a line with carriage returns: what stays visible is what counts. NUL does not fit into Postgres. */
const clean = (line: string): string => {
  const shown = line.endsWith('\r') ? line.slice(0, -1) : line;
  return shown.slice(shown.lastIndexOf('\r') + 1).replaceAll('\0', '\u{fffd}');
};
