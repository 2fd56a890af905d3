import { describe, expect, it } from '@jest/globals';
import { KubeconfigInvalid, readKubeconfig } from './cluster-access.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const config = (cluster: object, user: object, context = 'here') =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': context },
    clusters: [{ name: 'c', cluster: { server: 'https://cluster.example:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
  });

const codeOf = (text: string): string => {
  try {
    readKubeconfig(text);
  } catch (error) {
    if (error instanceof KubeconfigInvalid) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('a kubeconfig from outside', () => {
  it('gives the server, its authority and a token', async () => {
    const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'inner' };
    const access = readKubeconfig(config(cluster, { token: 'secret' }));
    expect(access).toMatchObject({ server: 'https://cluster.example:6443', authority: 'CA', serverName: 'inner' });
    expect(await access.token?.()).toBe('secret');
  });

  it('gives a certificate with its key', () => {
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    expect(readKubeconfig(config({ server: 'https://a.example/' }, user))).toEqual({
      server: 'https://a.example',
      identity: { certificate: 'CERT', key: 'KEY' },
    });
  });

  it('is read as YAML, too', () => {
    const yaml = 'clusters: [{name: c, cluster: {server: "https://a.example"}}]\nusers: [{name: u, user: {token: t}}]';
    const rest = '\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n';
    expect(readKubeconfig(yaml + rest).server).toBe('https://a.example');
  });

  it.each([
    ['unreadable', '{'],
    ['unreadable', ''],
    ['unreadable', config({}, { token: 'two\nlines' })],
    ['unreadable', config({}, { token: 'tökén' })],
    ['no_context', 'just text'],
    ['no_context', config({}, { token: 't' }, 'elsewhere')],
    ['not_https', config({ server: 'http://cluster.example' }, { token: 't' })],
    ['unverified', config({ 'insecure-skip-tls-verify': true }, { token: 't' })],
    ['runs_commands', config({}, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh' } })],
    ['runs_commands', config({}, { 'auth-provider': { name: 'gcp', config: {} } })],
    ['names_files', config({ 'certificate-authority': '/etc/passwd' }, { token: 't' })],
    ['names_files', config({}, { 'client-certificate': '/a', 'client-key': '/b' })],
    ['names_files', config({}, { tokenFile: '/etc/shadow' })],
    ['no_identity', config({}, {})],
    ['no_identity', config({}, { username: 'a', password: 'b' })],
  ])('is refused: %s', (code, text) => {
    expect(codeOf(text)).toBe(code);
  });
});
