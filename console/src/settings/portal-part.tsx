/** The portal of the billing provider, where payment methods and invoices are. */
import { useEffect, useState } from 'react';
import { OpenBillingPortalDocument } from '../generated/settings/graphql.ts';
import { useIdempotentMutation } from '../graphql/use-mutation.ts';
import { texts } from '../texts/en/plan.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { MutationFailure } from '../ui/mutation-failure.tsx';
import { isWebAddress } from './plan.ts';

/** How long the address is shown: whoever has it acts for the organization there. */
const SHOWN_MS = 60_000;

/** Whether the gateway's provider has a portal, as far as is known since the page was loaded. */
let isOffered = true;

export function PortalPart({ organizationId }: { organizationId: string }) {
  const { portal } = texts;
  const [state, open] = useIdempotentMutation(OpenBillingPortalDocument, { keyed: false });
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (address === undefined) return undefined;
    const timer = setTimeout(() => setAddress(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [address]);
  const openIt = async (): Promise<void> => {
    setAddress(undefined);
    const returnUrl = `${location.origin}${location.pathname}`;
    const outcome = await open({ organizationId, returnUrl });
    if (outcome.kind === 'failure' && isMissing(outcome.failure)) isOffered = false;
    if (outcome.kind !== 'success' || !isWebAddress(outcome.payload.url)) return;
    // A browser may refuse a tab so long after the press, and does not say so: hence the link.
    window.open(outcome.payload.url, '_blank', 'noopener,noreferrer');
    setAddress(outcome.payload.url);
  };
  return (
    <div className="portal stack-tight">
      <h3>{portal.title}</h3>
      <p className="hint">{isOffered ? portal.hint : portal.notOffered}</p>
      {isOffered && (
        <div className="row">
          <Button isPending={state.isPending} onPress={() => void openIt()}>
            {portal.open} <span aria-hidden="true">↗</span>
          </Button>
        </div>
      )}
      {address !== undefined && (
        <p role="status">
          {portal.opened}{' '}
          <a href={address} target="_blank" rel="noopener noreferrer">
            {portal.link}
          </a>
          .
        </p>
      )}
      {isOffered && state.failure && <Callout tone="danger">{refusalText(state.failure)}</Callout>}
      <MutationFailure error={state.error} />
    </div>
  );
}

interface PortalFailure {
  __typename: string;
  message: string;
  reason?: string;
}

const isMissing = ({ reason }: PortalFailure): boolean => reason === 'NOT_OFFERED';

/** Why it did not open this time. */
function refusalText({ __typename: type, message }: PortalFailure): string {
  if (type === 'BillingPortalError') return texts.portal.failed;
  return type === 'BillingNotReadyError' ? texts.portal.notReady : message;
}
