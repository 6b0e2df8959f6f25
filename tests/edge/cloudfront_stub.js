// SPDX-License-Identifier: GPL-3.0-or-later
// What a CloudFront Function finds in `import cf from 'cloudfront'`, as far as ours uses it. Counts the reads, and keeps
// what is said of origins. What CloudFront does with the id of none is not documented: here it throws.
// In the language of CloudFront Functions itself, so that every engine that runs them runs this.
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

// One after the other: each case is an event and the store's keys.
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
