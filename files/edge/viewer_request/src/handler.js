// SPDX-License-Identifier: GPL-3.0-or-later
// Host → pointer → object: what CloudFront runs for every viewer's request. The order of decisions is in docs/routing.md.

import { page, redirect } from './answers.js';
import { withOrigin } from './origin.js';
import { encodePath, normalPath } from './path.js';
import { keptQuery, wholeQuery } from './query.js';
import { prefixRedirect } from './redirects.js';
import { releaseOf } from './release.js';
import { objectPath, otherSlash } from './rewrite.js';
import { hostRecord, pathRecord } from './store.js';

// Objects that are no release's. The one says which Region's bucket serves the viewer, the other is CloudFront's own
// error page, which CloudFront may ask for this way too.
const SHARED = ['/_edge/region', '/_edge/404.html'];

async function handler(event) {
  // Without this, CloudFront might pass on a path without its release.
  try {
    return await route(event.request, event.viewer.ip);
  } catch (error) {
    const id = event.context.requestId;
    console.log(id + ' ' + error);
    // CloudFront lets no function set a header x-edge-*.
    return page(503, 'Something went wrong here. The number of this request is ' + id + '.', 'x-request-id', id);
  }
}

async function route(request, address) {
  if (SHARED.includes(request.uri)) {
    return toOrigin(request, request.uri, '');
  }
  const host = request.headers.host.value.toLowerCase().split(':')[0];
  const found = await hostRecord(host);
  if (!found) {
    return noSite();
  }
  const record = found.record;
  if (typeof record.m === 'number') {
    return page(503, 'This site is being worked on and will be back soon.', 'retry-after', String(record.m));
  }
  const path = normalPath(request.uri);
  if (!path) {
    return page(400, 'This address cannot be read.');
  }
  const exact = record.x ? await pathRecord(found.name, path) : {};
  if (exact.u) {
    return redirect(exact.u, exact.s, wholeQuery(request.querystring));
  }
  if (exact.o) {
    return toOrigin(request, '/' + encodePath(exact.o), keptQuery(request.querystring, record.q));
  }
  // An exact path's release is decided: no other rule of the host may lead away from the path.
  const moved = exact.p ? null : prefixRedirect(path, record.r) || otherSlash(path, record.t);
  if (moved) {
    return redirect(moved.to, moved.status, wholeQuery(request.querystring));
  }
  const prefix = exact.p || releaseOf(record, found.name, host, request.cookies, address);
  if (!prefix) {
    return noSite();
  }
  const uri = '/' + encodePath(prefix + objectPath(path, record.w));
  return toOrigin(request, uri, keptQuery(request.querystring, record.q));
}

// S3 would take versionId, acl and others from a query string, and each would be cached by itself.
function toOrigin(request, uri, query) {
  request.uri = uri;
  request.querystring = query || {};
  return withOrigin(request);
}

function noSite() {
  return page(404, 'There is no site at this address.');
}
