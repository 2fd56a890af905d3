import { Snapshots } from '@berth/eventing';
import { Module } from '@nestjs/common';
import { PlaceSnapshotsController } from './place-snapshots.controller.js';
import { PlaceSnapshots } from './place-snapshots.js';

@Module({ controllers: [PlaceSnapshotsController], providers: [PlaceSnapshots] })
export class PlaceSnapshotsModule {
  constructor(snapshots: Snapshots, places: PlaceSnapshots) {
    for (const source of places.sources()) snapshots.register(source);
  }
}
