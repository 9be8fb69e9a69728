// A real OpenID Connect provider for the tests of single sign-on: the npm package oidc-provider,
// which lets in whoever /be?who=NAME said last. Prints its address when it listens.
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, redirect] = process.argv.slice(2);
const file = `${modules}/node_modules/oidc-provider/lib/index.js`;
const { default: Provider } = await import(pathToFileURL(file));

const people = {
  ona: { email: 'Ona@example.com', email_verified: true, name: 'Ona Onaitė', groups: ['leads', 'red-team'] },
  jon: { email: 'jon@example.com', email_verified: true, name: 'Jon', groups: ['visitors'] },
  eva: { email: 'eva@example.com', email_verified: false, name: 'Eva', groups: ['leads'] },
};
let who = 'ona';

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'aftercall',
      client_secret: 'a secret: with signs & spaces',
      redirect_uris: [redirect],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  const rest = provider.callback();
  server.on('request', async (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === '/be') {
      who = url.searchParams.get('who');
      if (url.searchParams.has('groups')) people[who].groups = url.searchParams.get('groups').split(' ');
      return response.end();
    }
    if (!url.pathname.startsWith('/interaction/')) return rest(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: who } });
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid profile email');
    const grantId = await grant.save();
    return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
  });
  console.log(issuer);
});
