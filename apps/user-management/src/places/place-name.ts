interface Named {
  readonly names?: { readonly en?: string };
}

/** What databases of the layout of GeoIP2 say of a network (MaxMind's GeoLite2, DB-IP and others); those of countries have no city. */
export interface PlaceRecord {
  readonly city?: Named;
  readonly subdivisions?: readonly Named[];
  readonly country?: Named;
}

/** From small to large, nothing twice: `Berlin, Germany`. Null: the record names no place. */
export function placeName({ city, subdivisions = [], country }: PlaceRecord): string | null {
  const names = [city, subdivisions[0], country].map((part) => part?.names?.en).filter((name) => name !== undefined);
  return names.length === 0 ? null : [...new Set(names)].join(', ');
}
