/** The person's own tokens. */
import { useState } from 'react';
import { texts } from '../texts/en/me.ts';
import { Button } from '../ui/button.tsx';
import { CredentialPill, credentialState } from '../ui/credential-state.tsx';
import { Panel } from '../ui/facts.tsx';
import { Name } from '../ui/name.tsx';
import { Pill } from '../ui/pill.tsx';
import { SecretDialog } from '../ui/secret-dialog.tsx';
import { When } from '../ui/when.tsx';
import { CreateToken } from './create-token.tsx';
import type { PartProps, Token } from './mine.ts';
import { RevokeToken } from './revoke-token.tsx';

export function TokensPanel({ viewer, onChanged }: PartProps) {
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<{ name: string; secret: string }>();
  const [revoking, setRevoking] = useState<Token>();
  const { personalAccessTokens: own, credential } = viewer;
  const { tokens: words } = texts;
  return (
    <Panel
      title={words.title}
      action={<Button onPress={() => setCreating(true)}>{words.create}</Button>}
    >
      <p className="hint">{own.length === 0 ? words.empty : words.hint}</p>
      <ul className="mine">
        {own.map((token) => (
          <TokenRow
            key={token.id}
            of={token}
            isCurrent={token.id === credential.id}
            onRevoke={() => setRevoking(token)}
          />
        ))}
      </ul>
      {isCreating && (
        <CreateToken
          credential={credential}
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreating(false);
            setCreated(token);
            onChanged();
          }}
        />
      )}
      {created && (
        <SecretDialog title={words.created} {...created} onClose={() => setCreated(undefined)} />
      )}
      {revoking && (
        <RevokeToken
          of={revoking}
          isCurrent={revoking.id === credential.id}
          onClose={() => setRevoking(undefined)}
          onRevoked={onChanged}
        />
      )}
    </Panel>
  );
}

interface TokenRowProps {
  of: Token;
  /** Whether the page is signed in with it. */
  isCurrent: boolean;
  onRevoke(): void;
}

function TokenRow({ of: token, isCurrent, onRevoke }: TokenRowProps) {
  const { name, preview, lastUsedAt, createdAt, expiresAt } = token;
  const { tokens: words } = texts;
  const isLive = ['active', 'expiring'].includes(credentialState(token));
  return (
    <li>
      <span className="mine-text">
        <span className="row">
          <Name of={name} />
          <CredentialPill of={token} />
          {isCurrent && <Pill tone="info">{words.current}</Pill>}
        </span>
        <span className="hint">
          <code>{preview}</code> · {words.createdAt} <When at={createdAt} /> · {words.lastUsed}{' '}
          {lastUsedAt === null ? words.never : <When at={lastUsedAt} />} · {words.expires}{' '}
          {expiresAt === null ? words.never : <When at={expiresAt} />}
        </span>
      </span>
      {isLive && (
        <Button variant="quiet" aria-label={words.revokeWhat(name)} onPress={onRevoke}>
          {words.revoke}
        </Button>
      )}
    </li>
  );
}
