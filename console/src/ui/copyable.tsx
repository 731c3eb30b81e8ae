/** A text that is made to be put somewhere else. */
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { notify } from './notice.tsx';

export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className="copyable">
      <code>{text}</code>
      <Button
        variant="quiet"
        aria-label={texts.common.copyWhat(label)}
        onPress={() =>
          void navigator.clipboard.writeText(text).then(
            () => notify(texts.common.copied),
            () => notify(texts.common.notCopied),
          )
        }
      >
        {texts.common.copy}
      </Button>
    </span>
  );
}
