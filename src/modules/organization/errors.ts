/** Expected failures of commands on organizations. */
import { defineUserError } from '../../command/user-error.ts';

export const VersionConflictError = defineUserError<
  'VersionConflictError',
  { currentVersion: number }
>('VersionConflictError', {
  code: 'VERSION_CONFLICT',
  message: 'The organization was changed in the meantime. Read it again before you retry.',
  description: 'The expected version is not the current one.',
});

export const SlugTakenError = defineUserError<
  'SlugTakenError',
  { slug: string; reason: 'RESERVED' | 'TAKEN' }
>('SlugTakenError', {
  code: 'SLUG_TAKEN',
  message: 'The slug is not available: it is or was used by an organization, or is reserved.',
  description: 'The slug is not available. Check it beforehand with `slugAvailability`.',
});

export const DepthLimitError = defineUserError<'DepthLimitError', { limit: number }>(
  'DepthLimitError',
  {
    code: 'DEPTH_LIMIT',
    message: 'The organization, or one below it, would be too deep in the tree.',
    description: 'The tree would become deeper than the platform allows.',
  },
);

export const CycleError = defineUserError('CycleError', {
  code: 'CYCLE',
  message: 'An organization cannot be below itself.',
  description: 'The new parent is the organization itself or below it.',
});

export const HasChildrenError = defineUserError<'HasChildrenError', { childCount: number }>(
  'HasChildrenError',
  {
    code: 'HAS_CHILDREN',
    message: 'There are organizations below this one. Delete them first, or use the mode CASCADE.',
    description: 'There are organizations below the one to be deleted, and the mode is RESTRICT.',
  },
);

export const ParentDeletedError = defineUserError('ParentDeletedError', {
  code: 'PARENT_DELETED',
  message: 'The parent organization is deleted. Restore it first.',
  description: 'An organization cannot be restored below a deleted one.',
});

export const ExternalAccountTakenError = defineUserError<
  'ExternalAccountTakenError',
  { system: string; accountId: string }
>('ExternalAccountTakenError', {
  code: 'EXTERNAL_ACCOUNT_TAKEN',
  message: 'Another organization already has this external account.',
  description: 'An external account can belong to only one organization, and another one has it.',
});
