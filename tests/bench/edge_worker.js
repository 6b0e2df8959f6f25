// SPDX-License-Identifier: GPL-3.0-or-later
// One instance of a Node handler; edge_worker.py documents the input and the output.
'use strict';

const fs = require('node:fs');
require('node:http'); // Lambda's bootstrap has imported it

function peakMemoryKb() {
  return Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

async function live(job) {
  const texts = job.events;
  const first = JSON.parse(texts[0]);
  const started = process.hrtime.bigint();
  const before = process.cpuUsage();
  const handler = require(job.handler).handler;
  await handler(first);
  const used = process.cpuUsage(before);
  const wall = Number(process.hrtime.bigint() - started);
  const memory = peakMemoryKb();
  for (let i = 0; i < job.warm_up; i++) {
    await handler(JSON.parse(texts[i % texts.length]));
  }
  const taken = [];
  for (let i = 0; i < job.calls; i++) {
    const event = JSON.parse(texts[i % texts.length]);
    const from = process.hrtime.bigint();
    await handler(event);
    taken.push(Number(process.hrtime.bigint() - from));
  }
  const answers = [];
  for (const text of job.answers ? texts : []) {
    answers.push(await handler(JSON.parse(text)));
  }
  return { wall: wall, cpu: (used.user + used.system) * 1000, memory_kb: memory, taken: taken, answers: answers };
}

live(JSON.parse(fs.readFileSync(0, 'utf8'))).then(function (answer) {
  process.stdout.write(JSON.stringify(answer));
});
