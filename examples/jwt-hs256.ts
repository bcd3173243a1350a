import { Action, ConfigReader, Json, Plugin, base64url, clock, crypto } from "@gateway-plugins/sdk";

/** Lets requests with a JSON Web Token pass that is signed with HMAC-SHA-256 and valid now; the subject becomes a header. Answers others with 401. */
class Config {
  secret: string = "";
  header: string = "";

  read(json: ConfigReader): void {
    this.secret = json.requireString("secret");
    this.header = json.string("subjectHeader", "x-subject");
  }
}

/** The claims of a token whose signature is right; null otherwise. */
function claimsOf(token: string, secret: string): Json | null {
  const parts = token.split(".");
  if (parts.length != 3) return null;
  const header = decodeJson(parts[0]);
  // The token must not choose how it is checked: "none" and others are refused, and what it calls critical.
  if (!header || header.string("alg") != "HS256" || header.has("crit")) return null;
  const signature = base64url.decode(parts[2]);
  if (!signature) return null;
  const expected = crypto.hmacSha256(secret, parts[0] + "." + parts[1]);
  return crypto.safeEquals(signature, expected) ? decodeJson(parts[1]) : null;
}
function decodeJson(part: string): Json | null {
  const bytes = base64url.decode(part);
  return bytes ? Json.parse(bytes) : null;
}

new Plugin<Config>("jwt-hs256")
  .parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => {
    // A client's own header must not reach the service, whatever happens.
    ctx.request.headers.delete(ctx.config.header);
    const authorization = ctx.request.headers.get("authorization") || "";
    if (!authorization.startsWith("Bearer ")) return ctx.respond(401, "no token");
    const claims = claimsOf(authorization.substring(7), ctx.config.secret);
    if (!claims) return ctx.respond(401, "invalid token");
    const now = <f64>clock.nowSeconds();
    if (claims.number("exp") <= now) return ctx.respond(401, "expired token");
    if (claims.has("nbf") && claims.number("nbf", Infinity) > now)
      return ctx.respond(401, "token not valid yet");
    ctx.request.headers.set(ctx.config.header, claims.string("sub") || "");
    return Action.Continue;
  });
