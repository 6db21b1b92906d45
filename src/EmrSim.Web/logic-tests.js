// Bundles the tests of the page's logic and runs them with Node's own runner.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const tests = readdirSync('src', { recursive: true }).filter(file => file.endsWith('.test.ts'));
const outdir = '../../artifacts/page/tests';
await build({ entryPoints: tests.map(file => join('src', file)), outdir, bundle: true, platform: 'node', format: 'esm', outExtension: { '.js': '.mjs' }, external: ['node:*'] });
const compiled = readdirSync(outdir, { recursive: true }).filter(file => file.endsWith('.test.mjs'));
process.exit(spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...compiled.map(file => join(outdir, file))], { stdio: 'inherit' }).status ?? 1);
