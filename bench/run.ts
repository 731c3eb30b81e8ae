/** npm run bench -- <search | growth | people | invite | create | move | usage | ingest | gateway | guards | replicas | scale | telemetry> [--organizations N | --queries N | --batches N | --rounds N | --lanes a,b]; see bench/README.md. */
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
import { benchTelemetry } from './telemetry/run.ts';
import { benchUsage } from './usage.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    organizations: { type: 'string', default: '1000000' },
    queries: { type: 'string', default: '100000' },
    batches: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '100' },
    lanes: { type: 'string' },
  },
});
const benches: Record<string, () => Promise<void>> = {
  search: () => benchSearch(Number(values.organizations)),
  growth: () => benchGrowth(Number(values.organizations)),
  people: () => benchPeople(Number(values.organizations)),
  invite: () => benchInvite(),
  create: () => benchCreate(Number(values.organizations)),
  usage: () => benchUsage(Number(values.organizations)),
  ingest: () => benchIngest(Number(values.batches)),
  move: () => benchMove(Number(values.organizations)),
  gateway: () => benchGateway(Number(values.queries)),
  guards: () => benchGuards(Number(values.rounds), values.lanes),
  replicas: () => benchReplicas(),
  scale: () => benchScale(positionals.slice(1)),
  telemetry: () => benchTelemetry(Number(values.rounds), values.lanes),
};
const chosen = benches[positionals[0] ?? ''];
if (chosen) await chosen();
else {
  console.error(`Usage: npm run bench -- <${Object.keys(benches).join(' | ')}>`);
  process.exitCode = 1;
}
