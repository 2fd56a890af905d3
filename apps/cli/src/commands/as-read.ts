/** Refused when somebody else changed since what `response` answered. */
export const asRead = (response: Response): { readonly 'if-match': string } => ({
  'if-match': response.headers.get('etag') ?? '',
});
