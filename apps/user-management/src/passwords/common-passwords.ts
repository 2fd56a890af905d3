let known: Promise<ReadonlySet<string>> | undefined;

/** Whether the password is among the 50,000 most used ones. The list is loaded at the first question. */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= load();
  return (await known).has(password.toLowerCase());
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set((dictionary['passwords-common'] as string[]).filter((each) => each.length >= 8));
}
