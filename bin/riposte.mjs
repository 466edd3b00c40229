#!/usr/bin/env node
import "./loader.mjs";

const { main } = await import("../src/cli/main.ts");
await main();
