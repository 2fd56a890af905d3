import { Duplex } from 'node:stream';
import { channels } from '@berth/contracts/runtime';

const message = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);

/** A session of the fake world: says what it was asked for, repeats what it is sent, and ends with 0 when that ends. */
export class EchoSession extends Duplex {
  constructor(title: string) {
    super({ objectMode: true });
    this.push(message(channels.output, `${title}\n`));
  }

  override _read(): void {
    // What there is to read comes when something was written.
  }

  override _write(frame: Buffer, _encoding: string, done: () => void): void {
    if (frame[0] === channels.input) this.push(message(channels.output, frame.subarray(1).toString()));
    if (frame[0] === channels.resize) this.push(message(channels.errors, frame.subarray(1).toString()));
    if (frame[0] === channels.end) {
      this.push(message(channels.result, JSON.stringify({ exitCode: 0, message: '' })));
      this.push(null);
    }
    done();
  }
}
