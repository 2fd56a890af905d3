/** A kind of storage that volumes can be made of. */
export interface StorageClass {
  readonly name: string;
  readonly isDefault: boolean;
  /** Whether a volume of it can become larger. */
  readonly grows: boolean;
}

/** Storage that outlives instances, as far as a runtime has it. */
export interface VolumeRuntime {
  /** Which volumes it can have: one with one writer, one for each instance. Empty: none. */
  readonly volumeKinds: readonly ('single' | 'per-instance')[];
  /** @throws RuntimeUnavailable */
  storageClasses(signal: AbortSignal): Promise<StorageClass[]>;
}
