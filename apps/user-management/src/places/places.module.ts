import { CONFIG, LOGGER, type Logger } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { PlaceDatabase } from './place-database.js';
import { nowhere, type Places, PLACES } from './places.js';

/** @throws Error when a database is configured that cannot be read: the service does not start */
export const placesOf = async ({ PLACES_FILE: file }: Pick<Config, 'PLACES_FILE'>, logger: Logger): Promise<Places> => {
  if (file === undefined) return nowhere;
  return PlaceDatabase.open(file, logger).catch((cause: unknown) => {
    throw new Error(`PLACES_FILE: ${file} is no database of places that can be read`, { cause });
  });
};

@Module({ providers: [{ provide: PLACES, inject: [CONFIG, LOGGER], useFactory: placesOf }], exports: [PLACES] })
export class PlacesModule {}
