/** Short notices at the edge of the page: something was done. Failures stand where they happened. */
import { Button } from 'react-aria-components/Button';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { texts } from '../texts/en.ts';

/** Long enough to be read; notices stay while they are pointed at. */
const SHOWN_MS = 6_000;

const notices = new ToastQueue<string>({ maxVisibleToasts: 3 });

/** Shows a notice. */
export function notify(text: string): void {
  notices.add(text, { timeout: SHOWN_MS });
}

/** Where notices are shown. Loaded beside the views that have any. */
export default function NoticeRegion() {
  return (
    <ToastRegion queue={notices} className="notices">
      {({ toast }) => (
        <Toast toast={toast} className="notice">
          <ToastContent>
            <Text slot="title">{toast.content}</Text>
          </ToastContent>
          <Button slot="close" className="button quiet icon" aria-label={texts.common.close}>
            ✕
          </Button>
        </Toast>
      )}
    </ToastRegion>
  );
}
