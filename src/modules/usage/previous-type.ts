/** The summary of the window before. */
import { rowsInSql } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { countedAsParent } from '../../graphql/cost.ts';
import { missingEdge } from './input.ts';
import { isSummaryBeforeTold, summaryOfSummary } from './queries.ts';
import { summaryBeforeInSql, type SummaryArguments } from './summary-input.ts';
import { windowBefore } from './time-zone.ts';
import { UsageSummaryRef } from './type.ts';
import { RESOLUTIONS, layOut } from './window.ts';

builder.objectField(UsageSummaryRef, 'previous', (t) =>
  t.field({
    type: UsageSummaryRef,
    nullable: true,
    description:
      'The same over the window before, which ends where this one begins and has as many days and hours by the clock of `timeZone`. ' +
      'Null where usage of then can no longer be told exactly, and in a summary that is itself the previous one.',
    async resolve({ isPrevious, ...summary }, _args, { loaders, now }) {
      const window = isPrevious ? null : windowBefore(summary, summary.timeZone);
      if (!window) return null;
      const layout = layOut(window, RESOLUTIONS, now);
      if (await missingEdge(window, layout, loaders, now)) return null;
      return { ...summary, ...window, isPrevious: true };
    },
    extensions: {
      ...countedAsParent(),
      ...rowsInSql<unknown, SummaryArguments, SummaryArguments>(
        ({ args }) => summaryOfSummary(args),
        {
          prepare: summaryBeforeInSql,
          structural: ['scope'],
          check: ({ args }) => isSummaryBeforeTold(args),
        },
      ),
    },
  }),
);
