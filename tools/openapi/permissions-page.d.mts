export interface PermissionTable {
  /** What each built-in role may do, by the kind of place that it is given on. */
  readonly permissions: Readonly<Record<string, Readonly<Partial<Record<string, readonly string[]>>>>>;
  readonly administratorPermissions: readonly string[];
}

export interface Routes {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-permissions'?: readonly string[] | undefined }>>>
  >;
}

/** The text of docs/permissions.md. */
export function permissionsPage(table: PermissionTable, document: Routes): string;
