#!/usr/bin/env node
import "./loader.mjs";

const { main } = await import("../src/cli/frame/main.ts");
await main();
