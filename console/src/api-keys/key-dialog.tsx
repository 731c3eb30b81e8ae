/** A key: what it is, and what can be done with it. */
import { useState } from 'react';
import { useQuery } from 'urql';
import { ApiKeyDocument } from '../generated/api-keys/graphql.ts';
import { texts as common } from '../texts/en.ts';
import { texts as shared } from '../texts/en/credentials.ts';
import { texts } from '../texts/en/api-keys.ts';
import { ActorName } from '../ui/actor.tsx';
import { Answer } from '../ui/answer.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { CredentialPill } from '../ui/credential-state.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts } from '../ui/facts.tsx';
import { Name } from '../ui/name.tsx';
import { ScopeList } from '../ui/scope-choice.tsx';
import { ExactWhen } from '../ui/when.tsx';
import type { Key, KeyContext } from './key.ts';
import { RenameKey } from './rename-key.tsx';
import { RevokeKey } from './revoke-key.tsx';

export interface KeyDialogProps extends KeyContext {
  id: string;
  /** The slug of the organization whose keys are shown. */
  slug: string;
  /** The key, if it is on a page that was read. */
  known: Key | undefined;
  onClose(): void;
  onChanged(): void;
}

export function KeyDialog({ id, slug, known, onClose, onChanged, ...context }: KeyDialogProps) {
  const [step, setStep] = useState<'show' | 'rename' | 'revoke'>('show');
  const answer = useQuery({
    query: ApiKeyDocument,
    variables: { id },
    pause: known !== undefined,
  });
  const [{ data }] = answer;
  const node = data?.node?.__typename === 'ApiKey' ? data.node : undefined;
  // The list may be read again meanwhile, and then begins with other keys.
  const [seen, setSeen] = useState(known);
  if (known && known !== seen) setSeen(known);
  const key = known ?? (node?.organization.slug === slug ? node : undefined) ?? seen;
  const isOwn = context.credential.id === id;
  const changing = { onClose: () => setStep('show'), onChanged };
  if (key && step === 'rename') return <RenameKey of={key} {...changing} />;
  if (key && step === 'revoke') return <RevokeKey of={key} isOwn={isOwn} {...changing} />;
  return (
    <Dialog
      isOpen
      size="large"
      title={key?.name ?? texts.details.key}
      onClose={onClose}
      actions={
        <>
          {key?.revokedAt === null && (
            <>
              <Button variant="danger" onPress={() => setStep('revoke')}>
                {texts.revoke}
              </Button>
              <Button onPress={() => setStep('rename')}>{texts.rename}</Button>
            </>
          )}
          <Button onPress={onClose}>{common.common.close}</Button>
        </>
      }
    >
      {key ? (
        <KeyFacts of={key} isOwn={isOwn} {...context} />
      ) : (
        <Answer of={answer} select={() => null}>
          {() => null}
        </Answer>
      )}
    </Dialog>
  );
}

function KeyFacts({ of: key, isOwn, catalog }: KeyContext & { of: Key; isOwn: boolean }) {
  const { details } = texts;
  return (
    <>
      {isOwn && <Callout>{details.inUse}</Callout>}
      <Facts
        of={[
          [texts.columns.state, <CredentialPill key="state" of={key} />],
          [details.key, <code key="preview">{key.preview}</code>],
          [details.id, <Copyable key="id" text={key.id} label={details.id} />],
          [details.organization, <Name key="organization" of={key.organization.name} />],
          [details.created, <ExactWhen key="created" at={key.createdAt} />],
          ...(key.createdBy
            ? [[details.createdBy, <ActorName key="creator" of={key.createdBy} />] as const]
            : []),
          ...(key.issuedByKey
            ? [[details.issuedBy, <Name key="issuer" of={key.issuedByKey.name} />] as const]
            : []),
          [
            details.lastUsed,
            key.lastUsedAt === null ? texts.never : <ExactWhen key="used" at={key.lastUsedAt} />,
          ],
          [
            details.expires,
            key.expiresAt === null ? texts.never : <ExactWhen key="expires" at={key.expiresAt} />,
          ],
          ...(key.revokedAt === null
            ? []
            : [[details.revoked, <ExactWhen key="revoked" at={key.revokedAt} />] as const]),
        ]}
      />
      <h3>{shared.scopes.label}</h3>
      <ScopeList scopes={key.scopes} catalog={catalog} />
    </>
  );
}
