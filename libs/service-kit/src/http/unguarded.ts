import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** Metadata key that the access guard reads. */
export const UNGUARDED = 'berth:unguarded';

/** The route or controller needs no token. */
export const Unguarded = (): CustomDecorator => SetMetadata(UNGUARDED, true);
