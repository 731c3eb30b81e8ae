/** The API keys of an organization. */
import { useState } from 'react';
import { ApiKeysDocument } from '../generated/api-keys/graphql.ts';
import { usePages } from '../graphql/use-pages.ts';
import type { TabViewProps } from '../organizations/page/tab-views.ts';
import { texts } from '../texts/en/api-keys.ts';
import { Answer } from '../ui/answer.tsx';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { SecretDialog } from '../ui/secret-dialog.tsx';
import { CreateKey } from './create-key.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { KeyTable } from './key-table.tsx';
import '../ui/styles/access.css';

export default function ApiKeysView({ slug }: TabViewProps) {
  const pages = usePages({
    query: ApiKeysDocument,
    variables: { slug },
    select: ({ organization }) => organization?.apiKeys,
  });
  const [open, setOpen] = useQueryState('key');
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<{ name: string; secret: string }>();
  const [{ data }] = pages.answer;
  const context = data && { catalog: data.scopes ?? [], credential: data.viewer.credential };
  const organization = data?.organization;
  const newKey = (
    <Button variant="primary" onPress={() => setCreating(true)}>
      {texts.create}
    </Button>
  );
  return (
    <>
      <Answer
        of={pages.answer}
        select={({ organization }) => organization?.apiKeys}
        isEmpty={({ nodes }) => nodes.length === 0}
        empty={
          <Empty title={texts.empty} action={newKey}>
            {texts.emptyHint}
          </Empty>
        }
      >
        {() => (
          <div className="stack">
            <div className="row end">{newKey}</div>
            <KeyTable keys={pages.nodes} onOpen={(id) => setOpen(id, { push: true })} />
            <MorePages of={pages} />
          </div>
        )}
      </Answer>
      {context && organization?.apiKeys && (
        <>
          {open !== '' && (
            <KeyDialog
              key={open}
              {...context}
              id={open}
              slug={slug}
              known={pages.nodes.find(({ id }) => id === open)}
              onClose={() => setOpen('')}
              onChanged={pages.readAgain}
            />
          )}
          {isCreating && (
            <CreateKey
              {...context}
              organization={organization}
              onClose={() => setCreating(false)}
              onCreated={(key) => {
                setCreating(false);
                setCreated(key);
                pages.readAgain();
              }}
            />
          )}
        </>
      )}
      {created && (
        <SecretDialog title={texts.created} {...created} onClose={() => setCreated(undefined)} />
      )}
    </>
  );
}
