// The runtime of a CloudFront Function ("JavaScript runtime 2.0 features", Amazon CloudFront guide).
(function (global) {
  'use strict';
  // "Quotas on key value stores".
  const KEY_BYTES = 512;
  let store = null;
  let failing = [];
  let edgeLocation = null;
  let started = 0;
  let logs = [];
  let origin = null;

  function refuse(name) {
    return function () { throw new Error(name + ' is not available in CloudFront Functions'); };
  }

  // Dynamic code and timers are not part of the runtime.
  for (const sample of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    Object.defineProperty(Object.getPrototypeOf(sample), 'constructor', { value: refuse('The Function constructor') });
  }
  global.Function = refuse('The Function constructor');
  global.eval = refuse('eval');
  for (const name of ['setTimeout', 'clearTimeout', '__timer_manager', 'WebAssembly', 'SharedArrayBuffer', 'Atomics']) {
    global[name] = undefined; // some cannot be deleted
  }

  // Time stands still while a function runs.
  const RealDate = Date;
  global.Date = class Date extends RealDate {
    constructor(...parts) { if (parts.length) { super(...parts); } else { super(started); } }
    static now() { return started; }
  };

  global.console = { log: function (text) { logs.push(String(text)); } };

  function keyValueStore(id) {
    if (!store || (id !== undefined && id !== store.id)) {
      throw new Error('The function has no such key value store');
    }
    // What CloudFront does for a key that no store can have is not documented.
    function has(key) {
      if (unescape(encodeURIComponent(key)).length > KEY_BYTES) { throw new Error('InvalidKey: ' + key); }
      return Object.prototype.hasOwnProperty.call(store.keys, key);
    }
    return {
      // "The get() method will return an error when the key that you requested doesn't exist" ("Helper methods for key value
      // stores", CloudFront guide). What else it throws is not documented: only exists() distinguishes the two.
      get: async function (key, options) {
        if (!has(key)) { throw new Error('KeyNotFound: ' + key); }
        if (failing.some(function (beginning) { return key.startsWith(beginning); })) { throw new Error('The read failed'); }
        const value = store.keys[key];
        const format = (options && options.format) || 'string';
        if (format === 'json') { return JSON.parse(value); }
        if (format === 'string') { return value; }
        if (format === 'bytes') {
          return Uint8Array.from(unescape(encodeURIComponent(value)), function (c) { return c.charCodeAt(0); });
        }
        throw new Error('Unknown format: ' + format);
      },
      exists: async function (key) { return has(key); },
      meta: async function () {
        return {
          creationDateTime: store.created,
          lastUpdatedDateTime: store.updated,
          keyCount: Object.keys(store.keys).length
        };
      }
    };
  }

  // The arguments are checked after the function has returned; the last call counts.
  function originHelper(name) {
    return function (...parts) { origin = JSON.stringify({ helper: name, arguments: parts }); };
  }

  global.cf = {
    kvs: keyValueStore,
    get edgeLocation() { return edgeLocation; },
    updateRequestOrigin: originHelper('updateRequestOrigin'),
    selectRequestOriginById: originHelper('selectRequestOriginById'),
    createRequestOriginGroup: originHelper('createRequestOriginGroup')
  };

  Object.defineProperty(global, '__edge', {
    value: {
      load: function (text) { store = JSON.parse(text); },
      out: null,
      // `options`: the query string as the viewer sent it, and the beginnings of the keys whose read fails.
      run: function (text, place, options) {
        this.out = null;
        failing = options.failing;
        edgeLocation = place;
        started = RealDate.now();
        logs = [];
        origin = null;
        const settle = function (answer) {
          answer.logs = logs;
          global.__edge.out = JSON.stringify(answer);
        };
        const failed = function (error) { settle({ error: String(error) }); };
        // The handler is started here, not in a promise: V8 can stop a loop here, but not one in a microtask.
        try {
          const event = JSON.parse(text);
          // "rawQueryString() method": undefined without a query string. Whether TestFunction has it is not documented.
          if ('query' in options) { event.request.rawQueryString = function () { return options.query || undefined; }; }
          Promise.resolve(handler(event)).then(function (value) {
            settle({ ok: { returned: value, origin: JSON.parse(origin) } });
          }).catch(failed);
        } catch (error) {
          failed(error);
        }
        return true;
      }
    }
  });
})(globalThis);
