import { copyFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { eventually, startTestService, TestAuthority, type TestService } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpAdapter, loadConfig, startService } from '../src/index.js';
import { notes } from './fixtures/notes.service-definition.js';

let authority: TestAuthority;
let stranger: TestAuthority;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
});
afterAll(() => Promise.all([authority.remove(), stranger.remove()]));

/** The status, and the serial number of the certificate that the service showed. */
const ask = (url: string, options: RequestOptions) =>
  new Promise<{ status: number | undefined; serial: string }>((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume().once('end', () => resolve({ status: response.statusCode, serial: serialNumber }));
    });
    sent.once('error', reject).end();
  });

describe('a service with a certificate', () => {
  let service: TestService;
  let files: { certFile: string; keyFile: string };

  beforeAll(async () => {
    files = await authority.certificate('service');
    const environment = { GREETING: 'hello', TLS_CERT_FILE: files.certFile, TLS_KEY_FILE: files.keyFile };
    service = await startTestService(notes, { environment: { ...environment, LOG_LEVEL: 'silent' } });
  });
  afterAll(() => service.close());

  const trusting = (from: TestAuthority) => ({ ca: from.certificateText() });

  it('answers https to those who trust its authority', async () => {
    expect(service.url).toMatch(/^https:/);
    expect((await ask(`${service.url}/healthz`, trusting(authority))).status).toBe(200);
  });

  it('is refused by those who trust another one', async () => {
    await expect(ask(`${service.url}/healthz`, trusting(stranger))).rejects.toThrow(
      /unable to verify|self-signed|certificate/i,
    );
    await expect(ask(`${service.url}/healthz`, {})).rejects.toThrow(/unable to verify|self-signed|certificate/i);
  });

  it('answers nothing without TLS', async () => {
    await expect(fetch(`${service.url.replace('https', 'http')}/healthz`)).rejects.toThrow();
  });

  it('shows a renewed certificate without a restart, and goes on with the former while the files do not fit', async () => {
    const ca = trusting(authority);
    const before = (await ask(`${service.url}/healthz`, ca)).serial;
    const renewed = await authority.certificate('renewed');
    await copyFile(renewed.certFile, files.certFile);
    expect((await ask(`${service.url}/healthz`, ca)).serial).toBe(before);
    await copyFile(renewed.keyFile, files.keyFile);
    await eventually(async () => expect((await ask(`${service.url}/healthz`, ca)).serial).not.toBe(before), {
      within: 25_000,
    });
  });
});

it('a certificate without a key stops the start', async () => {
  const { certFile } = await authority.certificate('alone');
  const environment = { DATABASE_URL: 'postgres://localhost/none', GREETING: 'hello', TLS_CERT_FILE: certFile };
  await expect(startService(notes, environment)).rejects.toThrow(/both TLS_CERT_FILE and TLS_KEY_FILE/);
});

describe('a service without a certificate', () => {
  const plain = { DATABASE_URL: 'postgres://localhost/none', GREETING: 'hello', LOG_LEVEL: 'silent' };

  it.each(['0.0.0.0', '::', '192.0.2.7', 'service.internal', '127.0.0.1.example.com'])(
    'does not start where others reach it: %s',
    async (HOST) => {
      await expect(startService(notes, { ...plain, HOST })).rejects.toThrow(/TLS_CERT_FILE .*TLS_ENDS_BEFORE=true/);
    },
  );

  it.each(['127.0.0.1', '127.91.7.3', '::1', 'localhost'])('may answer on its own machine: %s', (HOST) => {
    expect(() => httpAdapter(loadConfig(notes.config, { ...plain, HOST }))).not.toThrow();
  });

  it('listens where it is told to once it is told that TLS ends before it', async () => {
    const service = await startTestService(notes, {
      environment: { GREETING: 'hello', LOG_LEVEL: 'silent', HOST: '0.0.0.0', TLS_ENDS_BEFORE: 'true' },
    });
    const { port } = new URL(service.url);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    await service.close();
  });

  it('answers on its own machine alone unless it is told otherwise', async () => {
    const service = await startTestService(notes, { environment: { GREETING: 'hello', LOG_LEVEL: 'silent' } });
    expect(service.app.getHttpServer().address()).toMatchObject({ address: '127.0.0.1' });
    await service.close();
  });
});
