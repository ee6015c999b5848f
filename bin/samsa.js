#!/usr/bin/env node
import * as nodeModule from 'node:module'

// Half of what starting takes is compiling; from 22.8 on Node can keep the result for the next time.
nodeModule.enableCompileCache?.()
const { main } = await import('../dist/cli/main.js')
await main(process.argv.slice(2))
