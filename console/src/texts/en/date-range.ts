/** English texts of the choice of a range of days. */
export const texts = {
  calendar: 'Calendar',
} as const;
