/**
 * A real OpenID provider (the certified `oidc-provider`) on this machine, for tests and for trying out signing in
 * elsewhere: node web/dev/provider.mjs '{"port": 0, "redirect_uris": [..], "users": {"s-1": {"name": ".."}}}'.
 * Its page takes any password. The line that it prints is its issuer.
 */

import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port, redirect_uris, users, token_seconds = 600 } = JSON.parse(process.argv[2]);

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "callcenter", client_secret: "a secret: with/signs", redirect_uris }],
    claims: { profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups"],
    pkce: { required: () => true },
    ttl: { IdToken: token_seconds },
    findAccount: (_context, id) => users[id] && { accountId: id, claims: () => ({ sub: id, ...users[id] }) },
    features: { devInteractions: { enabled: true } },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
