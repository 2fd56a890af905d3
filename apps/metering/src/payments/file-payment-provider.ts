import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decimal } from '@berth/contracts/common';
import { z } from 'zod';
import { notSigned } from './payments.errors.js';
import type { Observed, PaymentProvider, PaymentRequest } from './payment-provider.js';

const outcome = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('paid'), amount: decimal, currency: z.string() }),
  z.strictObject({ state: z.literal('failed'), failure: z.string().min(1).max(500) }),
]);

/**
 * A folder that somebody else works through: `<id>.request.json` says what is to be paid, `<id>.result.json` says what came
 * of it, `<id>.withdrawn` that nobody should pay any more. Replicas share the folder.
 */
export class FilePaymentProvider implements PaymentProvider {
  readonly name = 'file';

  constructor(private readonly folder: string) {}

  async ask(request: PaymentRequest): Promise<Observed> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.write(`${request.id}.request.json`, `${JSON.stringify(request, null, 2)}\n`);
    return this.look(request.id);
  }

  async look(reference: string): Promise<Observed> {
    const result = await this.read(`${reference}.result.json`);
    if (result !== undefined) return { reference, ...outcome.parse(JSON.parse(result)) };
    if ((await this.read(`${reference}.withdrawn`)) !== undefined)
      return { state: 'failed', reference, failure: 'It was withdrawn.' };
    if ((await this.read(`${reference}.request.json`)) === undefined)
      throw new Error(`The payment ${reference} is not in the folder.`);
    return { state: 'pending', reference, payAt: null };
  }

  async withdraw(reference: string): Promise<Observed> {
    await this.write(`${reference}.withdrawn`, '');
    return this.look(reference);
  }

  hear(): null {
    throw notSigned('A folder notifies nobody: it is looked at.');
  }

  /** Whole or not at all. */
  private async write(name: string, text: string): Promise<void> {
    const file = join(this.folder, name);
    await writeFile(`${file}.part`, text, { mode: 0o600 });
    await rename(`${file}.part`, file);
  }

  private async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.folder, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
