/** How the values of options are read. */
import { InvalidArgumentError } from 'commander';

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number between ${least} and ${most}.`);
    return value;
  };
}

/** A text that is not empty, as it is when a variable of a script is not set. */
export function filled(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

/** A list. */
export const commaSeparated = (text: string): string[] =>
  text.split(',').filter((item) => item !== '');
