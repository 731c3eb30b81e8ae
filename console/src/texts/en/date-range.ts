/** English texts of the choice of a range of days. */
export const texts = {
  calendar: 'Calendar',
  clear: 'Remove the range of days',
} as const;
