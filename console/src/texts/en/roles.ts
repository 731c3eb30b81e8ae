/** English texts of the view of roles. */
export const texts = {
  title: 'Roles',
  create: 'New role',
  columns: { name: 'Name', origin: 'Defined by', scopes: 'Scopes', description: 'Description' },
  builtIn: 'Built in',
  above: 'An organization above',
  here: 'This organization',
  intro:
    'What members may do: built-in roles, those of this organization, and those of organizations above it.',
  details: {
    key: 'Key',
    id: 'ID',
    origin: 'Defined by',
    role: 'Role',
    elsewhere: 'It can be changed where it is defined.',
    open: 'Open its roles',
  },
  name: 'Name',
  key: 'Key',
  keyHint: 'Stands for the role in the API and never changes: a–z, 0–9 and _, from a letter on.',
  keyWrong: 'Only a–z, 0–9 and _, beginning with a letter, up to 63.',
  keyTaken: 'A role that can be used here already has this key. Choose another one.',
  description: 'Description',
  descriptionHint: 'What the role is for, up to 500 characters.',
  createTitle: 'New role',
  createHint: 'It can be given in this organization and in everything below it.',
  createSubmit: 'Create role',
  created: 'The role was created.',
  edit: 'Edit',
  editTitle: (name: string) => `Edit ${name}`,
  editHint: 'The change counts for everybody who holds the role, at once.',
  changed: 'The role was changed.',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteHint: 'Only a role that nobody holds and no invitation offers can be deleted.',
  deleted: 'The role was deleted.',
  inUse: (members: number, invitations: number) => {
    const uses = [
      ...(members > 0 ? [members === 1 ? '1 member holds it' : `${members} members hold it`] : []),
      ...(invitations > 0
        ? [
            invitations === 1
              ? '1 open invitation offers it'
              : `${invitations} open invitations offer it`,
          ]
        : []),
    ];
    return uses.length === 0
      ? 'It is still in use where you may not see it.'
      : `It is still in use: ${uses.join(', and ')}. Give these people another role, or take the invitations back, and try again.`;
  },
  members: 'See members',
  invitations: 'See invitations',
  usedBelow:
    'The role is used in organizations below, so changing its scopes takes child_organizations:manage, which you do not hold there.',
} as const;
