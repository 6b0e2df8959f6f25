// SPDX-License-Identifier: GPL-3.0-or-later
// What a CloudFront Function finds in `import cf from 'cloudfront'`, as far as ours uses it. Counts the reads.
const __reads = [];
let __keys = {};
let __answer = null;
const cf = {
  kvs: function () {
    return {
      get: async function (key) {
        __reads.push(key);
        if (!Object.prototype.hasOwnProperty.call(__keys, key)) {
          throw new Error('KeyNotFound');
        }
        return __keys[key];
      }
    };
  }
};
function __run(event, keys) {
  __keys = keys;
  __reads.length = 0;
  __answer = null;
  Promise.resolve(handler(event)).then(
    function (value) { __answer = JSON.stringify({ value: value, reads: __reads }); },
    function (error) { __answer = JSON.stringify({ error: String(error), reads: __reads }); }
  );
}
