/** Names in the environment that look like a setting and are none. */
import { nearest } from './similar.ts';

/** A name that is not known, and the setting that was probably meant. */
export interface MisspeltSetting {
  name: string;
  meant: string;
}

/** Names that other programs use and that are near to one of ours. */
const COMMON = new Set(['HOME', 'PATH', 'TEST', 'POST', 'CHOST', 'PGHOST', 'PGPORT']);

/** In a name of up to so many letters two wrong ones are too many to tell what was meant. */
const SHORT_LENGTH_MAX = 6;

/** Names of the environment that are at most two letters away from a setting, in a short one at most one. */
export function misspeltSettings(
  names: Iterable<string>,
  settings: readonly string[],
): MisspeltSetting[] {
  const settingNames = new Set(settings);
  const long = settings.filter((name) => name.length > SHORT_LENGTH_MAX);
  return [...names].flatMap((name) => {
    const upper = name.toUpperCase();
    if (settingNames.has(name) || COMMON.has(upper)) return [];
    const meant = nearest(upper, settings, 1) ?? nearest(upper, long, 2);
    return meant === undefined ? [] : [{ name, meant }];
  });
}
