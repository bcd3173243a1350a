import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "redis-ratelimit", include: ["test/**/*.test.ts"] } });
