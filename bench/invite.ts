/** Inviting a hundred people: in one call, and for comparison in a hundred. The mails go into files meanwhile. */
import { ms, table, time, verdict } from './measure.ts';
import { post, startGateway } from './process.ts';

const PEOPLE = 100;
const TARGET_MS = 150;
const ROUNDS = 15;

export async function benchInvite(): Promise<void> {
  const { url, apiKey, organizationId, stop } = await startGateway();
  let made = 0;
  const addresses = (): string[] =>
    Array.from({ length: PEOPLE }, () => `person${++made}@bench.example`);
  const atOnce = async (): Promise<void> => {
    const users = addresses().map((email) => ({ email, roles: ['viewer'] }));
    const answer = await post<{ inviteUsers: { results: { error: unknown }[] } }>(
      url,
      apiKey,
      `mutation ($input: InviteUsersInput!) { inviteUsers(input: $input) { ... on InviteUsersPayload { results { email invitation { id status } error { code } } } } }`,
      { input: { organizationId, users } },
    );
    if (answer.data?.inviteUsers.results.filter((one) => one.error === null).length !== PEOPLE)
      throw new Error(JSON.stringify(answer));
  };
  const oneByOne = async (): Promise<void> => {
    for (const email of addresses()) {
      const answer = await post<{ createInvitation: { __typename: string } }>(
        url,
        apiKey,
        `mutation ($input: CreateInvitationInput!) { createInvitation(input: $input) { __typename ... on CreateInvitationPayload { invitation { id status } } } }`,
        { input: { organizationId, email, roles: ['viewer'] } },
      );
      if (answer.data?.createInvitation.__typename !== 'CreateInvitationPayload')
        throw new Error(JSON.stringify(answer));
    }
  };
  const one = await time(atOnce, ROUNDS, 3);
  const many = await time(oneByOne, 5, 1);
  table(
    ['100 people', 'p50 ms', 'p95 ms', 'ratio'],
    [
      ['inviteUsers, one call', ms(one.p50), ms(one.p95), '1×'],
      [
        'createInvitation, a hundred calls',
        ms(many.p50),
        ms(many.p95),
        `${(many.p50 / one.p50).toFixed(1)}×`,
      ],
    ],
  );
  verdict('inviteUsers of 100 people, p50 over HTTP', one.p50, TARGET_MS, ' ms');
  await stop();
}
