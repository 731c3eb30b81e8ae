/** The session of the page: one credential, in memory only. */
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import type { Credential } from './credential.ts';

interface Session {
  /** What the person signed in with; undefined before, and after signing out. */
  credential: Credential | undefined;
  /**
   * Whether the gateway no longer accepts the credential. The views stay, so that nothing that was
   * typed is lost, and a dialog asks for another one.
   */
  isRefused: boolean;
  signIn(credential: Credential): void;
  signOut(): void;
  /** Tells that the gateway refused a credential. */
  refused(credential: Credential): void;
}

const SessionContext = createContext<Session | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [credential, setCredential] = useState<Credential>();
  const [refusedOne, setRefusedOne] = useState<Credential>();
  const session = useMemo(
    () => ({
      credential,
      isRefused: credential !== undefined && credential === refusedOne,
      signIn: setCredential,
      signOut: () => setCredential(undefined),
      refused: setRefusedOne,
    }),
    [credential, refusedOne],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The session. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no SessionProvider above.');
  return session;
}
