/** The name of a plan; its key where the catalog does not have it. */
export const planName = (
  catalog: readonly { key: string; name: string }[] | null | undefined,
  key: string,
): string => catalog?.find((plan) => plan.key === key)?.name ?? key;
