import { StringDecoder } from 'node:string_decoder';

const LIMIT = 16 * 1024;

/** Cuts a byte stream into lines of at most 16 Ki characters; a longer line becomes several. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  push(chunk: Buffer): string[] {
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = lines.pop() ?? '';
    const complete = lines.flatMap((line) => pieces(line));
    while (this.rest.length > LIMIT) {
      complete.push(this.rest.slice(0, LIMIT));
      this.rest = this.rest.slice(LIMIT);
    }
    return complete;
  }

  /** What follows the last line break. */
  end(): string[] {
    const last = this.rest + this.decoder.end();
    this.rest = '';
    return last === '' ? [] : pieces(last);
  }
}

function pieces(line: string): string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (text.length <= LIMIT) return [text];
  return Array.from({ length: Math.ceil(text.length / LIMIT) }, (_, at) => text.slice(at * LIMIT, (at + 1) * LIMIT));
}
