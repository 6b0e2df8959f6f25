// SPDX-License-Identifier: GPL-3.0-or-later
// Host → host route → object: CloudFront runs this for every viewer request. The order of decisions is in docs/routing.md.

import { page, redirect } from './answers.js';
import { withOrigin } from './origin.js';
import { encodePath, normalPath } from './path.js';
import { keptQuery, wholeQuery } from './query.js';
import { prefixRedirect } from './redirects.js';
import { releaseOf } from './release.js';
import { objectPath, otherSlash } from './rewrite.js';
import { hostRecord, pathRecord } from './store.js';

// Objects that belong to no release. The first has the Region of the bucket that serves, the second is CloudFront's error
// page, which CloudFront may request through this function too.
const SHARED = ['/_edge/region', '/_edge/404.html'];

async function handler(event) {
  // Without this, CloudFront might send a path without its release to the origin.
  try {
    return await route(event.request, event.viewer.ip);
  } catch (error) {
    const id = event.context.requestId;
    console.log(id + ' ' + error);
    // CloudFront does not let a function set a header x-edge-*.
    return page(503, 'Something went wrong here. The number of this request is ' + id + '.', 'x-request-id', id);
  }
}

async function route(request, address) {
  if (SHARED.includes(request.uri)) {
    return toOrigin(request, request.uri, '');
  }
  // Before the host is known, so that TestFunction measures it with an empty store, too.
  const path = normalPath(request.uri);
  const host = hostName(request.headers.host.value);
  const found = await hostRecord(host);
  if (!found) {
    return noSite();
  }
  const record = found.record;
  if (typeof record.m === 'number') {
    return page(503, 'This site is being worked on and will be back soon.', 'retry-after', String(record.m));
  }
  if (!path) {
    return page(400, 'This address cannot be read.');
  }
  const exact = record.x ? await pathRecord(found.name, path) : {};
  if (exact.u) {
    return redirect(exact.u, exact.s, wholeQuery(request));
  }
  if (exact.o) {
    return toOrigin(request, '/' + encodePath(exact.o), keptQuery(request.querystring, record.q));
  }
  // The release of an exact path is final: no other rule of the host applies.
  const moved = exact.p ? null : prefixRedirect(path, record.r) || otherSlash(path, record.t);
  if (moved) {
    return redirect(moved.to, moved.status, wholeQuery(request));
  }
  const prefix = exact.p || releaseOf(record, found.name, host, request.cookies, address);
  if (!prefix) {
    return noSite();
  }
  const uri = '/' + encodePath(prefix + objectPath(path, record.w));
  return toOrigin(request, uri, keptQuery(request.querystring, record.q));
}

// As in the store: without a port, and without the dot that a fully qualified name may end with.
function hostName(value) {
  const name = value.toLowerCase().split(':', 1)[0];
  return name.endsWith('.') ? name.substring(0, name.length - 1) : name;
}

// S3 would take versionId, acl and others from a query string, and each would be cached separately.
function toOrigin(request, uri, query) {
  request.uri = uri;
  request.querystring = query || {};
  return withOrigin(request);
}

function noSite() {
  return page(404, 'There is no site at this address.');
}
