import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';

export interface PlaceOptions {
  readonly app?: string;
  readonly env?: string;
}

/** An app or an environment. */
interface Place {
  readonly name: string;
  readonly path: '/v1/apps/{id}/labels' | '/v1/environments/{id}/labels';
  readonly params: { readonly path: { readonly id: string } };
}

/** @throws CliError unless one of both is named */
async function placeOf({ selection }: Context, { app, env }: PlaceOptions): Promise<Place> {
  if ((app === undefined) === (env === undefined)) throw usageError('Say whose labels: --app NAME or --env NAME');
  const { id, slug } = env === undefined ? await selection.app() : await selection.environment();
  const path = env === undefined ? '/v1/apps/{id}/labels' : '/v1/environments/{id}/labels';
  return { name: slug, path, params: { path: { id } } };
}

export async function showLabels(context: Context, given: PlaceOptions): Promise<void> {
  const { path, params } = await placeOf(context, given);
  const answer = await answerOf(context.client.GET(path, { params }));
  await context.out.result(answer, () => textOf(answer));
}

/** Null takes a label away. */
export async function changeLabels(
  context: Context,
  given: PlaceOptions,
  body: Schemas['ChangeLabels'],
): Promise<void> {
  const { name, path, params } = await placeOf(context, given);
  const answer = await answerOf(context.client.PATCH(path, { params, body }));
  await context.out.result(answer, () => `Labels of ${name} from now on:\n${textOf(answer)}`);
}

const textOf = ({ labels }: Schemas['PlaceLabels']): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n') || 'none';
