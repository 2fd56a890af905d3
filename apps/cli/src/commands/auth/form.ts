/** OAuth takes forms. */
export const asForm = {
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  bodySerializer: (body: object) => new URLSearchParams({ ...body }).toString(),
};
