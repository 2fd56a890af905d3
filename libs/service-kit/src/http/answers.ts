import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/**
 * Declares what a route answers: the schema parses the answer before it leaves (nothing that is not in it gets out) and
 * documents it in OpenAPI. `status` defaults to 200.
 */
export function Answers(schema: z.ZodType, status = 200): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema }),
  );
}

/** Declares an answer without a body. */
export function AnswersNothing(status = 204): MethodDecorator {
  return applyDecorators(HttpCode(status), ApiResponse({ status }));
}
