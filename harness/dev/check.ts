// Types, lint and boundaries side by side, since they share nothing; what each prints comes whole. Exit code 1 if one fails.

import { spawn } from 'node:child_process';

const CHECKS = ['types', 'lint', 'boundaries'];

const run = (script: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.on('close', (code) => {
      process.stdout.write(`${script}: ${code === 0 ? 'ok' : 'FAILED'}\n${code === 0 ? '' : output}`);
      resolve(code === 0);
    });
  });

const passed = await Promise.all(CHECKS.map(run));
process.exitCode = passed.every(Boolean) ? 0 : 1;
