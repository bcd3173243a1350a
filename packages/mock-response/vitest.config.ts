import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "mock-response", include: ["test/**/*.test.ts"] } });
