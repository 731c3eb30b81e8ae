/** npm run bench -- <search | growth | people | invite | create | move | usage | ingest | gateway | guards | replicas | scale | sizes | telemetry> [--organizations N | --queries N | --batches N | --rounds N | --lanes a,b | --write]; see bench/README.md. */
import { parseArgs } from 'node:util';
import { benchCreate } from './create.ts';
import { benchGateway } from './gateway.ts';
import { benchGrowth } from './growth.ts';
import { benchGuards } from './guards/run.ts';
import { benchIngest } from './ingest.ts';
import { benchInvite } from './invite.ts';
import { benchMove } from './move.ts';
import { benchPeople } from './people.ts';
import { benchReplicas } from './replicas.ts';
import { benchScale } from './scale.ts';
import { benchSearch } from './search.ts';
import { benchSizes } from './sizes/run.ts';
import { benchTelemetry } from './telemetry/run.ts';
import { benchUsage } from './usage.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    organizations: { type: 'string' },
    queries: { type: 'string', default: '100000' },
    batches: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '100' },
    lanes: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const forest = Number(values.organizations ?? 1_000_000);
const benches: Record<string, () => Promise<void>> = {
  search: () => benchSearch(forest),
  growth: () => benchGrowth(forest),
  people: () => benchPeople(forest),
  invite: () => benchInvite(),
  create: () => benchCreate(forest),
  usage: () => benchUsage(forest),
  ingest: () => benchIngest(Number(values.batches)),
  move: () => benchMove(forest),
  gateway: () => benchGateway(Number(values.queries)),
  guards: () => benchGuards(Number(values.rounds), values.lanes),
  replicas: () => benchReplicas(),
  scale: () => benchScale(positionals.slice(1)),
  sizes: () => benchSizes(Number(values.organizations ?? 20_000), values.write),
  telemetry: () => benchTelemetry(Number(values.rounds), values.lanes),
};
const chosen = benches[positionals[0] ?? ''];
if (chosen) await chosen();
else {
  console.error(`Usage: npm run bench -- <${Object.keys(benches).join(' | ')}>`);
  process.exitCode = 1;
}
