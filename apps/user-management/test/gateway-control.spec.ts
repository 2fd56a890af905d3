import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TestAuthority } from '@berth/testing';
import { expect, it } from '@jest/globals';
import { GatewayRefused, postConfig } from '../src/gateway-sync/gateway-control.js';

it('a gateway gets its configuration over https only when the configured authority signed its certificate', async () => {
  const [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
  const { certFile, keyFile } = await authority.certificate('gateway');
  const taken: string[] = [];
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
    request.on('data', (chunk: Buffer) => taken.push(chunk.toString()));
    request.on('end', () => response.writeHead(201).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (caFile?: string) => postConfig({ address, caFile }, 'the keys', AbortSignal.timeout(10_000));

  await post(authority.caFile);
  await expect(post(stranger.caFile)).rejects.toThrow(GatewayRefused);
  await expect(post()).rejects.toThrow(GatewayRefused);
  expect(taken).toEqual(['{"config":"the keys"}']);

  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([authority.remove(), stranger.remove()]);
});
