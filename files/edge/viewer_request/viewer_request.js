import cf from 'cloudfront';

// Host → pointer → object. SPDX-License-Identifier: GPL-3.0-or-later
// The keys and values that it reads are described in docs/routing.md.

const SITE = '__EDGE_NAME__';
// The one object that is no release's: it says which Region's bucket serves the viewer.
const REGION_MARKER = '/_edge/region';
const store = cf.kvs();

const NOT_FOUND = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found</title>' +
  '<meta name="viewport" content="width=device-width"><h1>Not found</h1><p>There is no site at this address.</p></html>';

async function handler(event) {
  const request = event.request;
  if (request.uri === REGION_MARKER) {
    request.querystring = {};
    return request;
  }
  const prefix = await releaseOf(request.headers.host.value);
  if (!prefix) {
    return notFound();
  }
  request.uri = '/' + prefix + objectPath(request.uri);
  // S3 would take versionId, acl and others from it, and each query string would be cached by itself.
  request.querystring = {};
  return request;
}

// The prefix of the release that the host points to, or '' for a host that nobody has published to.
async function releaseOf(host) {
  try {
    const key = SITE + '/h/' + host.toLowerCase().split(':')[0];
    const value = await store.get(key); // on its own: the runtime takes no await in arguments
    const pointer = JSON.parse(value);
    return pointer.v === 1 && typeof pointer.p === 'string' ? pointer.p : '';
  } catch (error) { // get() throws for a key that is not there
    return '';
  }
}

// A last segment without a dot is a directory's, and a directory's object is its index.html.
function objectPath(uri) {
  const segment = uri.substring(uri.lastIndexOf('/') + 1);
  if (segment === '') {
    return uri + 'index.html';
  }
  return segment.includes('.') ? uri : uri + '/index.html';
}

function notFound() {
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'cache-control': { value: 'no-store' }
    },
    body: { encoding: 'text', data: NOT_FOUND }
  };
}
