/**
 * Sentences for expected failures, by type. Others are shown in the words of the API, which are
 * written for people.
 */
export const failureTexts: Readonly<Record<string, string>> = {
  ContentionError: 'Too many changes happened at the same time. Nothing was changed; try again.',
  IdempotencyConflictError:
    'This was already sent with other values. Nothing was changed; check what happened and try again.',
  VersionConflictError:
    'Somebody else changed this in the meantime. Your change was not applied, so that theirs is not lost.',
};
