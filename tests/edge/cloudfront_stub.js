// SPDX-License-Identifier: GPL-3.0-or-later
// The part of `import cf from 'cloudfront'` that the viewer function uses. Counts the reads and records the selected
// origins. get() throws for a missing key, and for those whose read fails; exists() is right about them, unless the case
// has a ! before their beginning. CloudFront does not document what happens for an unknown origin id, or a key that no store can have: here it throws.
// It is written in the language of CloudFront Functions, so every engine that runs them can run it.
let __reads = [];
let __keys = {};
let __failing = '';
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
        if (!__has(key) || __fails(key)) {
          return Promise.reject(new Error(__has(key) ? 'ServiceUnavailable' : 'KeyNotFound'));
        }
        return Promise.resolve(__keys[key]);
      },
      exists: function (key) {
        __reads.push('?' + key);
        return __failing[0] === '!' && __fails(key) ? Promise.reject(new Error('ServiceUnavailable')) : Promise.resolve(__has(key));
      }
    };
  }
};
function __has(key) {
  if (key.length > 170 && encodeURIComponent(key).replace(/%../g, '_').length > 512) {
    throw new Error('The key is too long');
  }
  return Object.prototype.hasOwnProperty.call(__keys, key);
}
function __fails(key) {
  return __failing !== '' && key.startsWith(__failing.replace('!', ''));
}
// An event as CloudFront makes it: the request has a method for the query string as the viewer sent it.
function __event(event) {
  const text = event.rawQueryString;
  delete event.rawQueryString;
  if (event.request) {
    event.request.rawQueryString = function () { return text; };
  }
  return event;
}

// Run the cases in sequence. Each case is an event, the store's keys, and the beginning of the keys that cannot be read.
async function __run(cases) {
  const outcomes = [];
  __answer = null;
  for (let i = 0; i < cases.length; i++) {
    __keys = cases[i][1];
    __failing = cases[i][2] || '';
    __reads = [];
    __origin = null;
    try {
      const value = await handler(__event(cases[i][0]));
      outcomes.push({ value: value, reads: __reads, origin: __origin });
    } catch (error) {
      outcomes.push({ error: String(error) });
    }
  }
  __answer = JSON.stringify(outcomes);
  return __answer;
}
