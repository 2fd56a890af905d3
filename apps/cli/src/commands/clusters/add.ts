import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { type Io, readAll } from '../../io.js';

interface Options {
  readonly kubeconfig?: string;
  readonly ca?: string;
  readonly tokenStdin?: boolean;
  readonly api?: string;
  readonly region?: string;
  readonly registry?: string;
  readonly gateway: string;
  readonly gatewayUrl: string;
  readonly ingressClass?: string;
  readonly prometheus?: string;
  readonly prometheusToken?: string;
}

export const options = (command: Command): Command =>
  command
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--kubeconfig <file>', 'how to reach it and as whom, with certificates and tokens as data')
    .option('--api <url>', 'address of its API, instead of --kubeconfig')
    .option('--ca <file>', 'certificate of its authority (PEM), with --api')
    .option('--token-stdin', 'token of a service account on stdin, with --api')
    .requiredOption('--gateway <namespace/name>', 'the Gateway that routes belong to')
    .requiredOption('--gateway-url <url>', 'where that gateway answers')
    .option(
      '--ingress-class <name>',
      'for a cluster without the Gateway API; --gateway is the namespace of its controller',
    )
    .option('--registry <path>', 'where images lie that are built here: registry.example/berth')
    .option('--prometheus <url>', 'who is asked first what instances use: an API like that of Prometheus')
    .option('--prometheus-token <file>', 'token that it asks for')
    .option('--region <region>', 'where it is');

export async function run({ client, io, out }: Context, given: Options, name: string): Promise<void> {
  const body = {
    ...{
      name,
      region: given.region ?? null,
      credentials: { ...(await credentialsOf(io, given)), ...(await metricsToken(io, given)) },
    },
    settings: {
      ...doorOf(given),
      ...(given.registry !== undefined && { registry: given.registry }),
      ...(given.prometheus !== undefined && { prometheus: { url: given.prometheus } }),
    },
  };
  const made = await answerOf(client.POST('/v1/clusters', { body }));
  await out.result(made, () => `Cluster ${made.name} is registered: berth envs create NAME --cluster ${made.name}`);
}

function doorOf({ gateway, gatewayUrl: url, ingressClass }: Options) {
  const [namespace = '', name = '', ...rest] = gateway.split('/');
  const isWhole = name !== '' || (ingressClass !== undefined && !gateway.includes('/'));
  if (!isWhole || rest.length > 0) throw usageError('Say --gateway NAMESPACE/NAME.');
  const named = { namespace, url, ...(name !== '' && { name }) };
  return { gateway: named, ...(ingressClass !== undefined && { ingressClass }) };
}

type Credentials = Schemas['CreateCluster']['credentials'];

async function credentialsOf(io: Io, { kubeconfig, api, ca, tokenStdin }: Options): Promise<Credentials> {
  if (kubeconfig !== undefined && api === undefined)
    return { kind: 'kubeconfig', kubeconfig: await read(io, kubeconfig) };
  if (kubeconfig !== undefined || api === undefined || ca === undefined || !tokenStdin)
    throw usageError('Say --kubeconfig FILE, or --api URL --ca FILE --token-stdin.');
  const token = (await readAll(io.stdin)).trim();
  return { kind: 'token', server: api, certificateAuthority: await read(io, ca), token };
}

async function metricsToken(io: Io, { prometheusToken: file }: Options): Promise<{ prometheusToken?: string }> {
  return file === undefined ? {} : { prometheusToken: (await read(io, file)).trim() };
}

async function read(io: Io, file: string): Promise<string> {
  try {
    return await readFile(resolve(io.folder, file), 'utf8');
  } catch (error) {
    throw usageError(`"${file}" cannot be read: ${String((error as { code?: unknown }).code)}.`);
  }
}
