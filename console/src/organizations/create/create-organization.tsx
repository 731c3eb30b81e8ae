/** The dialog for a new organization: a form, and afterwards what became of it. */
import { useState } from 'react';
import { useQuery } from 'urql';
import {
  NewOrganizationDocument,
  type CreateOrganizationMutation,
} from '../../generated/organizations/create/graphql.ts';
import type { PayloadOf } from '../../graphql/use-mutation.ts';
import { texts as common } from '../../texts/en.ts';
import { texts } from '../../texts/en/create.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import '../../ui/styles/forms.css';
import { CreateForm } from './create-form.tsx';
import { Created } from './created.tsx';

export type CreatedPayload = PayloadOf<CreateOrganizationMutation>;

export interface CreateOrganizationProps {
  /** The slug of the organization that it will be below. */
  parent: string;
  /** Called when the dialog closes, with the new organization if there is one. */
  onDone(created?: { id: string; slug: string }): void;
}

export default function CreateOrganization({ parent, onDone }: CreateOrganizationProps) {
  const answer = useQuery({ query: NewOrganizationDocument, variables: { parent } });
  const [created, setCreated] = useState<CreatedPayload>();
  const [{ data }] = answer;
  if (created) return <Created payload={created} onDone={() => onDone(created.organization)} />;
  const place = data?.organization;
  if (place) return <CreateForm parent={place} onCreated={setCreated} onCancel={() => onDone()} />;
  return (
    <Dialog
      isOpen
      onClose={() => onDone()}
      title={texts.title}
      size="large"
      actions={<Button onPress={() => onDone()}>{common.common.close}</Button>}
    >
      <Answer of={answer} select={({ organization }) => organization}>
        {() => null}
      </Answer>
    </Dialog>
  );
}
