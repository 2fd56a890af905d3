import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { afterwards } from './afterwards.js';
import { around } from './around.js';

/**
 * Declares what a route answers: the schema parses the answer before it leaves (nothing that is not in it gets out) and
 * documents it in OpenAPI. `status` defaults to 200.
 */
export function Answers(schema: z.ZodType, status = 200): MethodDecorator {
  return applyDecorators(parsedBy(schema), HttpCode(status), ApiResponse({ status, standardSchema: schema }));
}

/** Declares an answer without a body. */
export function AnswersNothing(status = 204): MethodDecorator {
  return applyDecorators(HttpCode(status), ApiResponse({ status }));
}

const parsedBy = (schema: z.ZodType): MethodDecorator =>
  around(
    (handler, name) =>
      function (...args) {
        return afterwards(handler.apply(this, args), (answer) => parse(schema, answer, name));
      },
  );

/** An event stream has answered by itself, and leaves nothing to parse. */
function parse(schema: z.ZodType, answer: unknown, name: string): unknown {
  if (answer === undefined) return answer;
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new Error(`the answer of ${name} is not what it declares`, { cause: result.error });
}
