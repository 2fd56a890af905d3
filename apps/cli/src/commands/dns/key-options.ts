import type { Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';

export interface KeyOptions {
  readonly algorithm?: Schemas['CreateDnsZone']['key']['algorithm'];
  readonly secretStdin?: boolean;
  readonly ttl?: number;
}

const algorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'];

export const keyOptions = (command: Command): Command =>
  command
    .addOption(new Option('--algorithm <name>', 'of the key; hmac-sha256 unless said otherwise').choices(algorithms))
    .option('--secret-stdin', "read the key's secret from stdin, in base64")
    .option('--ttl <seconds>', 'how long others may keep a record', Number);

export const secretQuestion = { name: 'secret', option: '--secret-stdin' };

export const keyOf = (name: string, { algorithm }: KeyOptions, secret: string) => ({
  ...{ name, secret },
  ...(algorithm && { algorithm }),
});

export const ttlOf = ({ ttl }: KeyOptions) => (ttl === undefined ? {} : { ttlSeconds: ttl });
