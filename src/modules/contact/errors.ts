/** Expected failures of commands on contacts. */
import { defineUserError } from '../../command/user-error.ts';

/** `contactId` is the public id of the other contact. */
export const ContactExistsError = defineUserError<'ContactExistsError', { contactId: string }>(
  'ContactExistsError',
  {
    code: 'CONTACT_EXISTS',
    message: 'The organization has a contact of this kind with this address already.',
    description: 'The organization already has a contact of this kind with this address.',
  },
);
