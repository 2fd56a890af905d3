import { createHash } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import { type OutboundFetch, OutboundRefused } from '@berth/service-kit';
import { z } from 'zod';
import { type Challenge, challengeIn } from './challenge.js';
import { manifestUrl, type TaggedImage } from './image-name.js';
import { forbidden, invalid, refusalOf, RegistryAway } from './refusals.js';

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

interface ImageRequest {
  readonly image: TaggedImage;
  readonly login: RegistryLogin | undefined;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly url: string;
  readonly response: Response;
}
type Method = 'HEAD' | 'GET';
type Headers = Readonly<Record<string, string>>;

/** What clusters run: an image, or an index of images for several platforms, of which each node takes its own. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const accept = { accept: manifests.join(', ') };
const MOST_REDIRECTS = 5;
const digestForm = /^sha256:[0-9a-f]{64}$/;
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Asks registries by the OCI distribution API (v1.1), with tokens or passwords as each of them wants. */
export class RegistryClient {
  constructor(private readonly fetch: OutboundFetch) {}

  /**
   * Of the manifest that a tag leads to now.
   * @throws ImageRefused when there is none for us, RegistryAway when nobody can know now
   */
  async digestOf(image: TaggedImage, login: RegistryLogin | undefined, signal: AbortSignal): Promise<string> {
    const request = { image, login, signal };
    // The head alone is not counted as a pull where pulls are limited. Not all registries name the digest in it.
    const head = await this.ask('HEAD', request);
    const named = head.headers.get('docker-content-digest');
    if (named !== null) return requireDigest(image, named);
    const whole = await this.ask('GET', request);
    return `sha256:${createHash('sha256')
      .update(Buffer.from(await whole.arrayBuffer()))
      .digest('hex')}`;
  }

  private async ask(method: Method, request: ImageRequest): Promise<Response> {
    const { image, login } = request;
    const first = await this.follow(method, manifestUrl(image), accept, request);
    const { response } = first.response.status === 401 ? await this.introduce(method, request, first) : first;
    if (!response.ok) throw refusalOf(image, response, login !== undefined);
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type === undefined || manifests.includes(type)) return response;
    throw invalid(image, `${image.repository}:${image.tag} is no image that a cluster runs: ${type.slice(0, 200)}.`);
  }

  /** Asks again, as whoever was wanted. A host that the registry led to gets no password of the registry. */
  private async introduce(method: Method, request: ImageRequest, refused: Answer): Promise<Answer> {
    const challenge = challengeIn(refused.response.headers.get('www-authenticate'));
    const login = isSameHost(refused.url, manifestUrl(request.image)) ? request.login : undefined;
    const authorization = challenge && (await this.authorization(challenge, { ...request, login }));
    if (authorization === undefined) return refused;
    return this.follow(method, refused.url, { ...accept, authorization }, request);
  }

  private async authorization(challenge: Challenge, request: ImageRequest): Promise<string | undefined> {
    const { image, login } = request;
    const basic = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    if (challenge.scheme === 'basic') return basic;
    if (!URL.canParse(challenge.realm)) throw invalid(image, `${image.registry} names no address for its tokens.`);
    const url = new URL(challenge.realm);
    if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
    url.searchParams.set('scope', challenge.scope ?? `repository:${image.path}:pull`);
    const response = await this.send('GET', url.href, basic === undefined ? {} : { authorization: basic }, request);
    if (!response.ok) throw refusalOf(image, response, login !== undefined);
    return `Bearer ${tokenIn(await response.text(), image)}`;
  }

  /** Each address is judged by the rules of outbound requests. What says who asks goes to the first host only. */
  private async follow(method: Method, start: string, headers: Headers, request: ImageRequest): Promise<Answer> {
    let url = start;
    for (let hops = 0; ; hops++) {
      const response = await this.send(method, url, isSameHost(url, start) ? headers : accept, request);
      const location = response.headers.get('location');
      const isElsewhere = response.status >= 300 && response.status < 400 && location !== null;
      if (!isElsewhere || hops === MOST_REDIRECTS || !URL.canParse(location, url)) return { url, response };
      url = new URL(location, url).href;
    }
  }

  private async send(
    method: Method,
    url: string,
    headers: Headers,
    { image, signal }: ImageRequest,
  ): Promise<Response> {
    try {
      return await this.fetch(url, { method, headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OutboundRefused) throw forbidden(image, error.message);
      throw new RegistryAway(`${image.registry} cannot be reached: ${reasonOf(error)}.`);
    }
  }
}

/** Two names for one thing, and both are in use. */
function tokenIn(text: string, image: TaggedImage): string {
  const { data } = tokenAnswer.safeParse(jsonIn(text));
  const token = data?.token ?? data?.access_token;
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  throw invalid(image, `Where ${image.registry} has its tokens given out, there was none.`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function requireDigest(image: TaggedImage, digest: string): string {
  if (digestForm.test(digest)) return digest;
  throw invalid(image, `${image.registry} names ${image.repository}:${image.tag} by a digest other than SHA-256.`);
}

const isSameHost = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;

/** What fails without an answer: sockets, names, TLS, our own limits of time and length. */
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'it did not answer in time';
  return error.message || ('code' in error ? String(error.code) : error.name);
}
