/** Who did something. */
import { texts } from '../texts/en/credentials.ts';
import { Name } from './name.tsx';

/** The parts of `Actor` that name it. */
export interface ActorFacts {
  kind: string;
  apiKeyName: string | null;
  user: { name: string | null; email: string } | null;
}

export function ActorName({ of }: { of: ActorFacts | null }) {
  if (!of) return texts.actor.unknown;
  const { kind, apiKeyName, user } = of;
  if (user)
    return (
      <span title={user.email}>
        <Name of={user.name ?? user.email} />
      </span>
    );
  if (kind === 'API_KEY')
    return (
      <>
        {texts.actor.apiKey} <Name of={apiKeyName ?? texts.actor.unknown} />
      </>
    );
  return kind === 'OPERATOR' ? texts.actor.operator : texts.actor.gone;
}
