import type { IdPlace } from './open-api.js';
import type { GoodRequest } from './row.js';

type Tree = Readonly<Record<string, unknown>>;

/** The id that a request has in a place; undefined when there is none. */
export function idAt(request: GoodRequest, place: IdPlace): string | undefined {
  const name = place.slice(1);
  if (place.startsWith(':')) return request.path?.[name];
  if (place.startsWith('?')) return request.query?.[name];
  return name.split('/').reduce<unknown>((tree, step) => (tree as Tree | undefined)?.[step], request.body) as
    string | undefined;
}

/** The same request with another id there. */
export function withId(request: GoodRequest, place: IdPlace, id: string): GoodRequest {
  const name = place.slice(1);
  if (place.startsWith(':')) return { ...request, path: { ...request.path, [name]: id } };
  if (place.startsWith('?')) return { ...request, query: { ...request.query, [name]: id } };
  return { ...request, body: changed(request.body as Tree, name.split('/'), id) };
}

function changed(tree: Tree, [step = '', ...rest]: readonly string[], id: string): Tree {
  return { ...tree, [step]: rest.length === 0 ? id : changed(tree[step] as Tree, rest, id) };
}
