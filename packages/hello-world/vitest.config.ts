import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "hello-world", include: ["test/**/*.test.ts"] } });
