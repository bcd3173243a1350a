import { Plugin } from "@gateway-plugins/sdk";

// Without parseConfig a plugin takes no configuration and works on every request.
new Plugin("no-config").onRequestHeaders((ctx) => ctx.respond(200, "hello world"));
