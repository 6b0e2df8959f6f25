// SPDX-License-Identifier: GPL-3.0-or-later
// The part of `import cf from 'cloudfront'` that the viewer function uses. Counts the reads and records the selected
// origins. CloudFront does not document what happens for an unknown origin id: here it throws.
// It is written in the language of CloudFront Functions, so every engine that runs them can run it.
let __reads = [];
let __keys = {};
let __answer = null;
let __origin = null;
function __known(id) {
  if (!['eu', 'us', 'ap'].includes(id)) {
    throw new Error('There is no origin ' + id);
  }
}
const cf = {
  edgeLocation: { name: 'SEA', region: 'us-west-2', serverIp: '192.0.2.1' },
  selectRequestOriginById: function (id) {
    __known(id);
    __origin = id;
  },
  createRequestOriginGroup: function (group) {
    group.originIds.forEach(function (one) { __known(one.originId); });
    __origin = group;
  },
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

// Run the cases in sequence. Each case is an event and the store's keys.
async function __run(cases) {
  const outcomes = [];
  __answer = null;
  for (let i = 0; i < cases.length; i++) {
    __keys = cases[i][1];
    __reads = [];
    __origin = null;
    try {
      const value = await handler(cases[i][0]);
      outcomes.push({ value: value, reads: __reads, origin: __origin });
    } catch (error) {
      outcomes.push({ error: String(error) });
    }
  }
  __answer = JSON.stringify(outcomes);
  return __answer;
}
