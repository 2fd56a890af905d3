import type { Failure } from '@berth/contracts/common';
import type { TaggedImage } from './image-name.js';

/** A registry said something about an image that asking again will not change. */
export class ImageRefused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** A registry said nothing about the image: it is away, or has no time for us. */
export class RegistryAway extends Error {
  constructor(
    message: string,
    /** Null: it did not say. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }
}

const BY_DIGEST = 'or name the image by its digest (crane digest IMAGE), which no registry is asked about';

/** What an answer without a manifest means; never more of it than its status, for it may repeat what was sent. */
export function refusalOf(image: TaggedImage, { status, headers }: Response, isKnown: boolean): Error {
  const { registry, repository, tag } = image;
  const evidence = [`${registry} answered ${status} when it was asked for ${repository}:${tag}.`];
  if (status === 401 || status === 403)
    return new ImageRefused({
      cause: 'image_denied',
      message: isKnown
        ? `${registry} does not let the organization's credential read ${repository}.`
        : `${registry} shows ${repository} to nobody without a credential, or it is not there.`,
      evidence,
      nextStep: isKnown
        ? `Let that user read it, or replace the credential: berth pull-credentials add ${registry}.`
        : `Check the name, or give the platform a credential: berth pull-credentials add ${registry}.`,
    });
  if (status === 404)
    return new ImageRefused({
      cause: 'image_not_found',
      message: `There is no ${repository}:${tag} in ${registry}.`,
      evidence,
      nextStep: 'Check the name and the tag of the image, and that it was pushed.',
    });
  if (status === 429)
    return new RegistryAway(
      `${registry} allows no more requests for now (429).`,
      secondsIn(headers.get('retry-after')),
    );
  if (status >= 500) return new RegistryAway(`${registry} answered ${status}.`, secondsIn(headers.get('retry-after')));
  return invalid(image, `${registry} answered ${status}, which is no answer to a request for an image.`);
}

export const invalid = (image: TaggedImage, message: string): ImageRefused =>
  new ImageRefused({
    cause: 'image_invalid',
    message,
    evidence: [`${image.repository}:${image.tag} in ${image.registry}`],
    nextStep: 'Push an image in the format of OCI or of Docker (schema 2), by a registry of the OCI distribution API.',
  });

export const forbidden = ({ registry }: TaggedImage, message: string): ImageRefused =>
  new ImageRefused({
    cause: 'policy_denied',
    message: `${registry} is not asked for tags: ${message}`,
    evidence: ['Only public registries are, by https, unless the platform is set up otherwise (PRIVATE_REGISTRIES).'],
    nextStep: `Use a public registry, ${BY_DIGEST}.`,
  });

/** When a registry was away for longer than anybody wants to wait. */
export const unavailable = ({ registry }: TaggedImage, { message }: RegistryAway): Failure => ({
  cause: 'registry_unavailable',
  message: `${registry} did not say which image the tag means.`,
  evidence: [message.slice(0, 2_000)],
  nextStep: `Deploy again when it answers, ${BY_DIGEST}.`,
});

/** Seconds or a date (RFC 9110, 10.2.3); a date is not worth a clock that may differ from theirs. */
function secondsIn(retryAfter: string | null): number | null {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : null;
}
