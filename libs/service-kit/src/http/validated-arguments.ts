import { type ArgumentMetadata, Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../errors/define-errors.js';
import { afterwards } from './afterwards.js';
import { around } from './around.js';
import { malformed, pointerOf } from './parse-json.js';
import { type Route, Routes } from './routes.js';

type Schema = NonNullable<ArgumentMetadata['schema']>;
type Validated = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issue = NonNullable<Validated['issues']>[number];

/** An argument of a handler that has a `{ schema }`, and where in a request it comes from. */
interface Argument {
  readonly index: number;
  readonly kind: 'body' | 'query' | 'param';
  /** Of a single parameter; absent: all of the query, or the whole body. */
  readonly name?: string | undefined;
  readonly schema: Schema;
}

/** Nest's own: what the decorators of a method's parameters say, by `<kind>:<index>`. */
const ROUTE_ARGS = '__routeArguments__';
const kinds: Readonly<Record<string, Argument['kind']>> = { 3: 'body', 4: 'query', 5: 'param' };

/**
 * Validates each argument that has a `{ schema }`, between guard and handler, and answers 422 with a pointer to each wrong
 * field. A pipe would do it behind five promises for each argument.
 */
@Injectable()
export class ValidatedArguments {
  constructor(@Inject(Routes) routes: Routes) {
    routes.encloseEach((route) => {
      const args = argumentsOf(route);
      if (args.length > 0) route.decorate(validating(args));
    });
  }
}

/** @throws Error for a schema that nobody would ask, such as one of a raw body: the application does not start */
function argumentsOf({ controller, methodName, name: route }: Route): Argument[] {
  const declared = (Reflect.getMetadata(ROUTE_ARGS, controller, methodName) ?? {}) as Record<
    string,
    { index: number; data?: string; schema?: Schema }
  >;
  return Object.entries(declared).flatMap(([key, { index, data: name, schema }]) => {
    if (!schema) return [];
    const kind = kinds[key.slice(0, key.indexOf(':'))];
    if (!kind) throw new Error(`${route} has a schema for what is neither body nor query nor path: nothing asks it`);
    return [{ index, kind, name, schema }];
  });
}

const validating = (args: readonly Argument[]): MethodDecorator =>
  around(
    (handler) =>
      function (...given) {
        return afterwards(validate(args, given, 0), () => handler.apply(this, given));
      },
  );

/** Puts what the schemas make of them in the place of the arguments, from the one `at` that place on. */
function validate(args: readonly Argument[], given: unknown[], at: number): void | Promise<void> {
  const argument = args[at];
  if (!argument) return;
  return afterwards<Validated, void>(argument.schema['~standard'].validate(given[argument.index]), (result) => {
    if (result.issues) throw refusal(argument, given[argument.index], result.issues);
    given[argument.index] = result.value;
    return validate(args, given, at + 1);
  });
}

function refusal(argument: Argument, value: unknown, issues: readonly Issue[]): DomainError {
  if (argument.kind === 'body' && value === undefined) return malformed('This request needs a JSON body.');
  const errors = issues.slice(0, 50).map((issue) => ({ pointer: pointerTo(issue, argument), message: issue.message }));
  const detail = errors[0] ? `${errors[0].pointer} ${errors[0].message}` : 'not valid';
  return new DomainError('validation_failed', 422, detail, errors);
}

/** `/a/b` into the body (RFC 6901), `?name` for a query parameter, `:name` for a path parameter. */
function pointerTo(issue: Issue, { kind, name }: Argument): string {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  if (kind === 'query') return `?${[name, ...path].filter(Boolean).join('.')}`;
  if (kind === 'param') return `:${[name, ...path].filter(Boolean).join('.')}`;
  return pointerOf(path);
}
