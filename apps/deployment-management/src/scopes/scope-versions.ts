import { type ConfigScope, configScopes, type ScopeVersions } from '@berth/contracts/deployment';

export const noScopeVersions: ScopeVersions = { organization: 0, project: 0, environment: 0 };

/** By scope: a rollback keeps it `at` one version for as long as it has none beyond `until`. */
export type ConfigHolds = Partial<Record<ConfigScope, { readonly at: number; readonly until: number }>>;

/**
 * What going back to a release keeps from coming back with the next one: the wider config that was newer when the rollback
 * was accepted. What is changed afterwards is meant for everybody again.
 */
export function holdsFor(released: ScopeVersions, newest: ScopeVersions): ConfigHolds {
  const behind = configScopes.filter((scope) => released[scope] < newest[scope]);
  return Object.fromEntries(behind.map((scope) => [scope, { at: released[scope], until: newest[scope] }]));
}

export const differing = (released: ScopeVersions, newest: ScopeVersions): ConfigScope[] =>
  configScopes.filter((scope) => released[scope] !== newest[scope]);

const newestOf = (scope: ConfigScope): string =>
  `coalesce((select s.version from config_scope s where s.id = w.${scope}_id), 0)`;
const hold = (scope: ConfigScope, field: 'at' | 'until'): string => `(w.config_holds->'${scope}'->>'${field}')::int`;
/** In SQL, of a workload `w`: what its next release gets of one scope. */
export const nextOf = (scope: ConfigScope): string =>
  `case when ${newestOf(scope)} <= ${hold(scope, 'until')} then ${hold(scope, 'at')} else ${newestOf(scope)} end`;
const forEach = (of: (scope: ConfigScope) => string): string =>
  `jsonb_build_object(${configScopes.map((scope) => `'${scope}', ${of(scope)}`).join(', ')})`;

/** In SQL, of a workload `w`: the newest of each scope, and what its next release gets. */
export const newestScopeVersions = forEach(newestOf);
export const nextScopeVersions = forEach(nextOf);
