/** Parts of the page whose code is loaded when they are first shown, or when there is time before. */
import { useEffect, useState, type ComponentType } from 'react';
import { texts } from '../texts/en.ts';
import { Progress } from './answer-states.tsx';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';

/** Loads the code; the same function at each call. */
export type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** Everything that can be loaded before it is shown. */
const parts = new Set<() => Promise<unknown>>();

/**
 * A component that is loaded when it is first shown. While its code cannot be loaded it says so and
 * can be asked to try again; `lazy` would take the whole page down with it.
 */
export function later<Props extends object>(load: Load<Props>): ComponentType<Props> {
  parts.add(load);
  let loaded: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [View, setView] = useState(() => loaded);
    const [attempt, setAttempt] = useState(0);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      let isGone = false;
      const look = async (): Promise<void> => {
        try {
          const { default: view } = await load();
          loaded = view;
          if (!isGone) setView(() => view);
        } catch {
          if (!isGone) setFailed(true);
          if (attempt > 0) await reload();
        }
      };
      if (!loaded) void look();
      return () => void (isGone = true);
    }, [attempt]);
    if (View) return <View {...props} />;
    if (!hasFailed) return <Progress />;
    return (
      <Callout
        tone="warning"
        action={
          <Button onPress={() => setAttempt((before) => before + 1)}>
            {texts.common.tryAgain}
          </Button>
        }
      >
        {texts.answer.network}
      </Callout>
    );
  };
}

/**
 * Loads the page again if its gateway is back. Browsers remember that a file could not be loaded for
 * as long as the page is open.
 */
async function reload(): Promise<void> {
  const answer = await fetch(location.href, { method: 'HEAD' }).catch(() => undefined);
  if (answer?.ok) location.reload();
}

/** Loads the code of what is about to be shown. What cannot be loaded is asked for again then. */
export function prepare(load: () => Promise<unknown>): void {
  load().catch(() => undefined);
}

/** How long the first view has the connection for itself. */
const FIRST_VIEW_MS = 300;

/**
 * Loads all parts once the first view is shown: they open at once, and also when the gateway is away
 * by then.
 */
export function usePreparation(): void {
  useEffect(() => {
    const timer = setTimeout(() => parts.forEach(prepare), FIRST_VIEW_MS);
    return () => clearTimeout(timer);
  }, []);
}
