/** Gives what lies below it a client of the API, which acts in one organization. */
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { Provider } from 'urql';
import { createClient } from '../graphql/client.ts';
import type { Credential } from '../session/credential.ts';
import { useSession } from '../session/session.tsx';
import { useReturn } from '../ui/use-return.ts';
import { useConfig } from './config.ts';

const EndedDialog = lazy(() => import('../session/ended-dialog.tsx'));

export interface SignedInProps {
  credential: Credential;
  /** The slug of the organization to act in; undefined for none. */
  acting: string | undefined;
  children: ReactNode;
}

export function SignedIn({ credential, acting, children }: SignedInProps) {
  const config = useConfig();
  const { isRefused, signIn: renewed, refused } = useSession();
  const { client, askAgain } = useMemo(
    () => createClient({ config, credential, acting, renewed, refused }),
    [config, credential, acting, renewed, refused],
  );
  useReturn(askAgain);
  return (
    <Provider value={client}>
      {children}
      {isRefused && (
        <Suspense>
          <EndedDialog />
        </Suspense>
      )}
    </Provider>
  );
}
