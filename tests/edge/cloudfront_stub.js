// SPDX-License-Identifier: GPL-3.0-or-later
// What a CloudFront Function finds in `import cf from 'cloudfront'`, as far as ours uses it. Counts the reads.
// In the language of CloudFront Functions itself, so that every engine that runs them runs this.
let __reads = [];
let __keys = {};
let __answer = null;
const cf = {
  kvs: function () {
    return {
      get: function (key) {
        __reads.push(key);
        const has = Object.prototype.hasOwnProperty.call(__keys, key);
        return has ? Promise.resolve(__keys[key]) : Promise.reject(new Error('KeyNotFound'));
      }
    };
  }
};

// One after the other: each case is an event and the store's keys.
async function __run(cases) {
  const outcomes = [];
  __answer = null;
  for (let i = 0; i < cases.length; i++) {
    __keys = cases[i][1];
    __reads = [];
    try {
      const value = await handler(cases[i][0]);
      outcomes.push({ value: value, reads: __reads });
    } catch (error) {
      outcomes.push({ error: String(error) });
    }
  }
  __answer = JSON.stringify(outcomes);
  return __answer;
}
