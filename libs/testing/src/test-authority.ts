import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface TestCertificate {
  /** PEM files. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of a test, with its files in a folder of their own. */
export class TestAuthority {
  private constructor(
    private readonly folder: string,
    private readonly pems: { readonly cert: string; readonly private: string },
    /** PEM file of its own certificate. */
    readonly caFile: string,
  ) {}

  static async create(): Promise<TestAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-tls-'));
    const extensions = [
      { name: 'basicConstraints' as const, cA: true, critical: true },
      { name: 'keyUsage' as const, keyCertSign: true, cRLSign: true, critical: true },
    ];
    const name = [{ name: 'commonName', value: 'Test authority' }];
    const pems = await generate(name, { algorithm: 'sha256', keyType: 'ec', curve: 'P-256', extensions });
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, pems.cert);
    return new TestAuthority(folder, pems, caFile);
  }

  /** For `localhost` and 127.0.0.1. */
  async certificate(name: string): Promise<TestCertificate> {
    const altNames = [
      { type: 2 as const, value: 'localhost' },
      { type: 7 as const, ip: '127.0.0.1' },
    ];
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      keyType: 'ec',
      curve: 'P-256',
      extensions: [{ name: 'subjectAltName', altNames }],
      ca: { cert: this.pems.cert, key: this.pems.private },
    });
    const [certFile, keyFile] = [join(this.folder, `${name}.pem`), join(this.folder, `${name}.key`)];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key, { mode: 0o600 });
    return { certFile, keyFile };
  }

  certificateText(): string {
    return this.pems.cert;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
