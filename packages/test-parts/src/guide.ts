import { fileURLToPath } from "node:url";

/** The envoy.yaml of the guide for Go plugins, as it is printed there. */
export const GUIDE = fileURLToPath(new URL("../guide.yaml", import.meta.url));
