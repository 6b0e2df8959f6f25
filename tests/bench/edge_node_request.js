// SPDX-License-Identifier: GPL-3.0-or-later
// The minimum of an origin request function in Node around the signature: the request to sign, and the result.
'use strict';

exports.handlerOf = function (sign) {
  return async function (event) {
    const cf = event.Records[0].cf;
    const request = cf.request;
    const host = request.origin.custom.domainName;
    const path = request.origin.custom.path + request.uri;
    request.querystring = '';
    const signed = await sign(request.method, host, path, { host: host, 'x-amz-cf-id': cf.config.requestId });
    for (const name of Object.keys(signed)) {
      if (name.toLowerCase() !== 'x-amz-cf-id') {
        request.headers[name.toLowerCase()] = [{ key: name, value: signed[name] }];
      }
    }
    return request;
  };
};
