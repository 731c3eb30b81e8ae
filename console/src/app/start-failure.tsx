/** Shown when the gateway does not tell its configuration. */
import { texts } from '../texts/en.ts';
import { Button } from '../ui/button.tsx';

export function StartFailure() {
  return (
    <main className="centered-page">
      <h1>{texts.start.unreachable}</h1>
      <p>{texts.start.unreachableHint}</p>
      <Button variant="primary" onPress={() => location.reload()}>
        {texts.common.tryAgain}
      </Button>
    </main>
  );
}
